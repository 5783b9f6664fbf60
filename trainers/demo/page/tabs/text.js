// A text whose characters are coloured by their surprise.

import { make } from "../elements.js";

const visible = (character) => ({ " ": "space", "\n": "new line" })[character] ?? character;

// Returns a text to begin with, without what the model does not know.
export function known(text, model) {
  return [...text].filter((character) => model.vocabulary.includes(character)).join("");
}

// The characters come with a pointer and with the arrow keys.
export class SurpriseText {
  constructor(label) {
    this.characters = [];
    this.at = -1;
    this.element = make("div", { className: "text", tabIndex: 0, role: "application", "aria-label": `${label}. The arrow keys move from character to character.` });
    this.readout = make("div", { className: "readout", role: "status" });
    this.element.addEventListener("pointerover", (event) => {
      if (event.target.dataset.at) this.choose(Number(event.target.dataset.at));
    });
    this.element.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step === undefined || !this.characters.length) return;
      event.preventDefault();
      this.choose(Math.min(Math.max(this.at + step, 0), this.characters.length - 1));
    });
    this.note = make("p", { className: "quiet" }, "The redder a character, the more it surprised the model: full red is 8 bits and more. Point at one, or use the arrow keys, for what the model expected.");
  }

  clear() {
    this.characters = [];
    this.at = -1;
    this.element.replaceChildren();
    this.readout.replaceChildren();
  }

  add(character, isGiven = false) {
    const span = make("span", { className: isGiven ? "given" : "" }, character.text);
    span.dataset.at = this.characters.length;
    span.style.setProperty("--share", Math.min(character.bits / 8, 1).toFixed(3));
    this.characters.push({ ...character, span });
    this.element.append(span);
  }

  choose(at) {
    this.characters[this.at]?.span.classList.remove("chosen");
    this.at = at;
    const { text, bits, others, span } = this.characters[at];
    span.classList.add("chosen");
    const rows = others.map(([other, p]) => make("tr", {}, make("td", {}, visible(other)), make("td", { className: "number" }, p.toFixed(3))));
    this.readout.replaceChildren(
      make("p", {}, `Character ${at + 1}, ${visible(text)}: ${bits.toFixed(2)} bits.`),
      make("table", {},
        make("caption", {}, "The model expected"),
        make("tr", {}, make("th", { scope: "col" }, "Character"), make("th", { scope: "col", className: "number" }, "Probability")),
        ...rows),
    );
  }

  get parts() {
    return [this.note, make("div", { className: "side" }, make("div", { className: "rest" }, this.element), make("div", {}, this.readout))];
  }
}
