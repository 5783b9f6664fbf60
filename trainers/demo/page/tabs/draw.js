// An image that grows pixel by pixel, beside what the model expected.

import { drawing, field, make } from "../elements.js";
import { Pixels, colour, heat, place } from "../pictures.js";
import { Work } from "../work.js";

export const title = "Watch it draw";

export function build(panel, model, index) {
  const work = new Work(index);
  const draw = drawing();
  const [, width, channels] = model.event_shape;
  const binary = model.num_levels === 2 && channels === 1;
  const speed = make("input", { type: "range", min: 1.5, max: 3.3, step: 0.1, value: 2 });
  const perSecond = () => Math.round(10 ** Number(speed.value));
  const speedField = field("", speed);
  const nameSpeed = () => {
    speedField.firstChild.textContent = `Speed: ${perSecond()} pixels a second`;
  };
  speed.addEventListener("input", nameSpeed);
  nameSpeed();
  const go = make("button", { className: "act first" }, "Draw");
  const pause = make("button", { type: "button", className: "act", disabled: true }, "Pause");
  const form = make("form", {}, ...draw.fields, speedField, go, pause, work.stop);
  const picture = new Pixels(model, "The image as it is drawn");
  const expected = new Pixels(model, binary ? "The probability of white" : "The surprise of each pixel");
  const bars = make("div", { className: binary ? "bars of-two" : "bars", role: "img", "aria-label": "Probabilities of the levels" });
  const ends = make("div", { className: "ends" }, make("span", {}, "black"), make("span", {}, "white"));
  const readout = make("p", { className: "readout" });
  panel.append(
    make("h2", {}, "An image, one pixel after the other"),
    make("p", {}, "Each pixel is drawn from the distribution that the model gives it after all pixels before. It is shown as the model has it, before temperature and top-p."),
    form,
    work.element,
    make("div", { className: "side" },
      make("div", {}, make("h3", {}, "The image"), picture.canvas),
      make("div", {}, make("h3", {}, binary ? "Probability of white" : "Surprise, up to 8 bits"), expected.canvas),
      make("div", {}, make("h3", {}, "The next pixel"), bars, ends, readout)),
  );

  let steps = [], at = 0, bits = 0, image = [], paused = false, frame = 0, last = 0;

  function step({ index: where, values, nats, levels }) {
    const pixel = where[0] * width + where[1];
    const channel = where.length > 2 ? where[2] : 0;
    values.forEach((value, i) => { image[pixel * channels + channel + i] = value; });
    bits += nats / Math.LN2;
    picture.put(pixel, colour(image, pixel, model));
    const share = binary ? levels[1] : Math.min(nats / Math.LN2 / 8, 1);
    expected.put(pixel, binary ? `rgb(${[0, 1, 2].map(() => Math.round(255 * share)).join(" ")})` : heat(share));
  }

  // Says what the model expected of the pixel that came last.
  function tell({ index: [row, column], values, nats, levels }) {
    const pixel = row * width + column;
    const lines = [`Pixel ${at}, ${place(pixel, model)}: ${values.join(", ")}, a surprise of ${(nats / Math.LN2).toFixed(3)} bits. So far ${bits.toFixed(1)} bits.`];
    if (binary) lines.unshift(`The probability of white was ${levels[1].toFixed(3)}.`);
    readout.textContent = lines.join(" ");
    if (!levels) return;
    const largest = binary ? 1 : Math.max(...levels);
    const drawn = Math.floor((values[0] * levels.length) / model.num_levels);
    bars.replaceChildren(...levels.map((level, i) => {
      const bar = make("i", { className: i === drawn ? "drawn" : "" });
      bar.style.height = `${(100 * level) / largest}%`;
      return bar;
    }));
  }

  function animate(now) {
    const due = Math.min(Math.floor(((now - last) / 1000) * perSecond()), steps.length - at);
    if (paused) last = now;
    else if (due > 0) {
      for (let i = 0; i < due; i++) step(steps[at++]);
      tell(steps[at - 1]);
      last = at === steps.length ? now : last + (1000 * due) / perSecond();
    }
    work.stop.disabled = pause.disabled = at === steps.length && !work.running;
    panel.dataset.drawn = at;
    if (work.running || at < steps.length) frame = requestAnimationFrame(animate);
  }

  function restart() {
    cancelAnimationFrame(frame);
    [steps, at, bits, paused] = [[], 0, 0, false];
    image = new Array(model.event_shape.reduce((a, b) => a * b)).fill(0);
    pause.textContent = "Pause";
    picture.clear();
    expected.clear();
    last = performance.now();
    frame = requestAnimationFrame(animate);
  }

  function begin() {
    let total = 1;
    const done = work.run("draw", draw.values(), (message) => {
      if (message.num_steps) total = message.num_steps;
      if (message.steps) steps.push(...message.steps);
      work.progress(steps.length / total);
    });
    restart();
    return done;
  }

  function end() {
    work.cancel("Stopped.");
    cancelAnimationFrame(frame);
    steps.length = Math.min(steps.length, at);
    pause.disabled = true;
  }

  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? "Go on" : "Pause";
  });
  work.stop.addEventListener("click", end);
  form.addEventListener("submit", (event) => { event.preventDefault(); begin(); });
  return { begin, end };
}
