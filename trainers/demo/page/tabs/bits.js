// A map of where the bits of an image are.

import { make } from "../elements.js";
import { Pixels, colour, heat, place } from "../pictures.js";
import { source } from "../source.js";
import { Work } from "../work.js";

export const title = "Where the bits are";

export function build(panel, model, index) {
  const loading = new Work(index);
  const work = new Work(index);
  const picture = new Pixels(model, "The picture");
  const map = new Pixels(model, "Bits of each pixel. The arrow keys move.", { cursor: true });
  const readout = make("p", { className: "readout", role: "status" });
  const total = make("p", {});
  const scale = make("p", { className: "quiet" });
  let bits = null;
  const chooser = source(loading, panel, async (image) => {
    picture.paint((pixel) => colour(image, pixel, model));
    await work.run("bits", { image }, (message) => {
      bits = message.bits;
      const largest = Math.max(...bits, 1e-6);
      map.paint((pixel) => heat(bits[pixel] / largest));
      total.textContent = `The picture costs ${message.nats.toFixed(2)} nats, ${(message.nats / Math.LN2).toFixed(1)} bits, ${message.bits_per_dim.toFixed(4)} bits a dimension.`;
      scale.textContent = `Dark blue is 0 bits, yellow ${largest.toFixed(2)} bits.`;
      map.onmove(map.cursor);
    });
  });
  map.onhover = true;
  map.onmove = (pixel) => {
    if (bits) readout.textContent = `${place(pixel, model)}: ${bits[pixel].toFixed(3)} bits`;
  };
  panel.append(
    make("h2", {}, "Where the bits of a picture are"),
    make("p", {}, "A pixel costs -log2 of the probability that the model gave to its value after all pixels before: little where it was sure, much where it was surprised."),
    make("form", { onsubmit: () => false }, ...chooser.fields),
    chooser.note,
    loading.element,
    total,
    work.element,
    make("div", { className: "side" },
      make("div", {}, make("h3", {}, "The picture"), picture.canvas),
      make("div", {}, make("h3", {}, "Its bits"), map.canvas, scale, readout)),
  );
  return { begin: chooser.load, end: () => { loading.cancel(); work.cancel(); } };
}
