// Sound, with the browser's own player.

import { drawing, field, make, number } from "../elements.js";
import { Work } from "../work.js";

export const title = "Sound";

export function build(panel, model, index) {
  const work = new Work(index);
  const draw = drawing();
  const seconds = number("seconds", 1, { min: 0.1, max: 10, step: 0.1 });
  const go = make("button", { className: "act first" }, "Draw");
  const form = make("form", {}, field("Seconds", seconds), ...draw.fields, go, work.stop);
  const player = make("audio", { controls: true, "aria-label": "The sound" });
  player.hidden = true;
  panel.append(
    make("h2", {}, "Sound, sample by sample"),
    make("p", {}, `Each of ${model.rate} samples a second is drawn given all samples before.`),
    form,
    work.element,
    player,
  );

  function begin() {
    const asked = { seconds: Number(seconds.value), ...draw.values() };
    return work.run("sound", asked, ({ wav }) => {
      if (!wav) return;
      const bytes = Uint8Array.from(atob(wav), (character) => character.charCodeAt(0));
      URL.revokeObjectURL(player.src);
      player.src = URL.createObjectURL(new Blob([bytes], { type: "audio/wav" }));
      player.hidden = false;
    });
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); begin(); });
  return { begin, end: () => work.cancel() };
}
