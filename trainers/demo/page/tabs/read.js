// The surprise of a text of the user.

import { field, make } from "../elements.js";
import { Work } from "../work.js";
import { SurpriseText, known } from "./text.js";

export const title = "Score a text";

export function build(panel, model, index) {
  const work = new Work(index);
  const input = make("textarea", { name: "text", maxLength: 5000, required: true, value: known("To be, or not to be, that is the question.", model) });
  const text = new SurpriseText("Your text");
  const total = make("p", { role: "status" });
  const go = make("button", { className: "act first" }, "Score");
  const form = make("form", {}, field("Your text", input, "full"), go, work.stop);
  panel.append(make("h2", {}, "The surprise of a text of yours"), form, work.element, total, ...text.parts);

  function begin() {
    text.clear();
    total.textContent = "";
    if (!input.value) return;
    return work.run("read", { text: input.value }, (message) => {
      message.told?.forEach((character) => text.add(character));
      if (message.nats !== undefined) {
        total.textContent = `${message.nats.toFixed(2)} nats, ${message.bits_per_char.toFixed(3)} bits a character.`;
      }
    });
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); begin(); });
  return { begin, end: () => work.cancel() };
}
