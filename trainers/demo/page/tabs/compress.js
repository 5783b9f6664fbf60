// A picture in fewer bytes, and back again.

import { make } from "../elements.js";
import { Pixels, colour } from "../pictures.js";
import { source } from "../source.js";
import { Work } from "../work.js";

export const title = "Compression";

export function build(panel, model, index) {
  const loading = new Work(index);
  const work = new Work(index);
  const before = new Pixels(model, "The picture");
  const after = new Pixels(model, "The decoded picture");
  const table = make("table", {});
  const verdict = make("p", { role: "status" });
  const chooser = source(loading, panel, (image) => {
    before.paint((pixel) => colour(image, pixel, model));
    after.clear();
    verdict.textContent = "";
    return work.run("compress", { image }, (message) => {
      if (message.said) verdict.textContent = message.said;
      if (message.bytes) tell(message);
      if (message.image) after.paint((pixel) => colour(message.image, pixel, model));
    });
  });

  function tell(sizes) {
    const rows = [
      ["The values alone, without a model", sizes.raw],
      ["PNG, a whole file", sizes.png],
      ["WebP without loss, a whole file", sizes.webp],
      ["This model, a whole file", sizes.bytes],
      ["of which the picture", sizes.of_picture],
      ["-log2 p(x), the least there can be", sizes.at_best.toFixed(1)],
    ];
    table.replaceChildren(
      make("caption", {}, "Bytes of this picture"),
      make("tr", {}, make("th", { scope: "col" }, "What"), make("th", { scope: "col", className: "number" }, "Bytes")),
      ...rows.map(([name, value]) => make("tr", {}, make("td", {}, name), make("td", { className: "number" }, `${value}`))),
    );
  }

  panel.append(
    make("h2", {}, "A picture in fewer bytes, without loss"),
    make("p", {}, "A model that expects a picture stores it in few bytes. The head of a file says which model and which arithmetic decode it, once for all pictures in it."),
    make("form", { onsubmit: () => false }, ...chooser.fields, work.stop),
    chooser.note,
    loading.element,
    verdict,
    work.element,
    make("div", { className: "side" },
      make("div", {}, make("h3", {}, "The picture"), before.canvas),
      make("div", {}, make("h3", {}, "Decoded"), after.canvas),
      make("div", {}, table)),
  );
  return { begin: chooser.load, end: () => { loading.cancel(); work.cancel(); } };
}
