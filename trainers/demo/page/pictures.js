// Pictures of levels, drawn as squares on a canvas.

import { make } from "./elements.js";

export function colour(image, pixel, model) {
  const channels = model.event_shape[2];
  const grey = (channel) => Math.round((255 * image[pixel * channels + channel]) / (model.num_levels - 1));
  const parts = channels === 1 ? [0, 0, 0] : [0, 1, 2];
  return `rgb(${parts.map(grey).join(" ")})`;
}

// A small canvas with a pixel a pixel, which CSS makes larger.
export function thumbnail(image, model) {
  const [height, width, channels] = model.event_shape;
  const canvas = make("canvas", { width, height });
  const context = canvas.getContext("2d");
  const data = context.createImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const level = image[pixel * channels + (channels === 1 ? 0 : channel)];
      data.data[4 * pixel + channel] = Math.round((255 * level) / (model.num_levels - 1));
    }
    data.data[4 * pixel + 3] = 255;
  }
  context.putImageData(data, 0, 0);
  return canvas;
}

// From dark blue by green to yellow: of even steps in lightness.
const STOPS = [[13, 8, 60], [54, 60, 150], [32, 144, 140], [110, 206, 88], [253, 231, 37]];

export function heat(share) {
  const at = Math.min(Math.max(share, 0), 1) * (STOPS.length - 1);
  const low = Math.min(Math.floor(at), STOPS.length - 2);
  const mix = STOPS[low].map((from, i) => Math.round(from + (at - low) * (STOPS[low + 1][i] - from)));
  return `rgb(${mix.join(" ")})`;
}

// Neither a grey nor a colour of heat, for what is not there yet.
const UNDRAWN = "rgb(96 112 150)";

// A large picture whose pixels can be reached with a pointer and the arrow keys.
export class Pixels {
  constructor(model, label, { cursor = false } = {}) {
    [this.height, this.width] = model.event_shape;
    this.model = model;
    this.size = Math.max(4, Math.floor(448 / Math.max(this.height, this.width)));
    this.canvas = make("canvas", {
      className: "large",
      width: this.width * this.size,
      height: this.height * this.size,
      role: cursor ? "application" : "img",
      "aria-label": label,
    });
    this.context = this.canvas.getContext("2d");
    this.colours = [];
    this.cursor = cursor ? this.width * Math.floor(this.height / 2) + Math.floor(this.width / 2) : null;
    if (cursor) this.listen();
    this.clear();
  }

  clear() {
    this.paint(() => UNDRAWN);
  }

  paint(colourOf) {
    this.colours = Array.from({ length: this.width * this.height }, (_, pixel) => colourOf(pixel));
    for (let pixel = 0; pixel < this.colours.length; pixel++) this.square(pixel);
    this.frame();
  }

  put(pixel, colour) {
    this.colours[pixel] = colour;
    this.square(pixel);
    if (pixel === this.cursor) this.frame();
  }

  square(pixel) {
    const [x, y] = this.corner(pixel);
    this.context.fillStyle = this.colours[pixel];
    this.context.fillRect(x, y, this.size, this.size);
  }

  corner(pixel) {
    return [(pixel % this.width) * this.size, Math.floor(pixel / this.width) * this.size];
  }

  // A frame that is seen on every colour: black within white.
  frame(pixel = this.cursor) {
    if (pixel === null) return;
    const [x, y] = this.corner(pixel);
    this.context.lineWidth = 2;
    for (const [colour, inset] of [["#fff", 1], ["#000", 3]]) {
      this.context.strokeStyle = colour;
      this.context.strokeRect(x + inset, y + inset, this.size - 2 * inset, this.size - 2 * inset);
    }
  }

  move(pixel) {
    const before = this.cursor;
    this.cursor = pixel;
    this.square(before);
    this.frame();
    this.onmove?.(pixel);
  }

  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const border = this.canvas.clientLeft;
    const place = (length, offset, count) =>
      Math.min(Math.max(Math.floor((offset / length) * count), 0), count - 1);
    const column = place(this.canvas.clientWidth, event.clientX - box.left - border, this.width);
    const row = place(this.canvas.clientHeight, event.clientY - box.top - border, this.height);
    return row * this.width + column;
  }

  listen() {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    this.canvas.tabIndex = 0;
    this.canvas.addEventListener("keydown", (event) => {
      if (event.key in steps) {
        const [down, right] = steps[event.key];
        const row = Math.floor(this.cursor / this.width) + down;
        const column = (this.cursor % this.width) + right;
        event.preventDefault();
        if (row < 0 || column < 0 || row >= this.height || column >= this.width) return;
        this.move(row * this.width + column);
        if (event.shiftKey) this.onpress?.(this.cursor);
      } else if (event.key === " " || event.key === "Enter") {
        event.preventDefault();
        this.onpress?.(this.cursor);
      }
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (this.onhover) this.move(this.at(event));
    });
  }
}

export function place(pixel, model) {
  const width = model.event_shape[1];
  return `row ${Math.floor(pixel / width)}, column ${pixel % width}`;
}
