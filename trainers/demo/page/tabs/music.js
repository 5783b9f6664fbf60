// A piece of music: a piano roll, and a player.

import { drawing, field, make, number } from "../elements.js";
import { Work } from "../work.js";

export const title = "Music";

const LOW = 21, KEYS = 88, WIDTH = 8, HEIGHT = 4;

export function build(panel, model, index) {
  const work = new Work(index);
  const draw = drawing();
  const steps = number("steps", 64, { min: 1, max: Math.min(model.event_shape[0], 1000), step: 1 });
  const tempo = number("tempo", 4, { min: 1, max: 16, step: 1 });
  const go = make("button", { className: "act first" }, "Compose");
  const play = make("button", { type: "button", className: "act", disabled: true }, "Play");
  const silence = make("button", { type: "button", className: "act", disabled: true }, "Silence");
  const form = make("form", {}, field("Steps", steps), ...draw.fields, go, work.stop);
  const player = make("form", { onsubmit: () => false }, field("Steps a second", tempo), play, silence);
  const canvas = make("canvas", { className: "roll", role: "img", "aria-label": "Piano roll: a column is a step, a row a note, the low ones below" });
  const readout = make("p", { className: "readout", role: "status" });
  panel.append(
    make("h2", {}, "A piece of music"),
    make("p", {}, "A column is a step, and a row a note, the low ones below. The notes of a step are drawn given all steps before."),
    form,
    work.element,
    player,
    make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Piano roll" }, canvas),
    readout,
  );
  let notes = [], audio = null, timer = 0;

  function paint(now = -1) {
    const styles = getComputedStyle(document.documentElement);
    const tint = (name) => styles.getPropertyValue(name).trim();
    canvas.width = Math.max(notes.length, 16) * WIDTH;
    canvas.height = KEYS * HEIGHT;
    const context = canvas.getContext("2d");
    context.fillStyle = tint("--card");
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = tint("--line");
    for (let key = 0; key < KEYS; key += 12) context.fillRect(0, (KEYS - key - 3) * HEIGHT, canvas.width, 1);
    notes.forEach((some, step) => {
      context.fillStyle = tint(step === now ? "--erased" : "--accent");
      for (const note of some) context.fillRect(step * WIDTH, (KEYS - 1 - (note - LOW)) * HEIGHT, WIDTH - 1, HEIGHT);
    });
  }

  function begin() {
    hush();
    notes = [];
    const asked = { steps: Number(steps.value), ...draw.values() };
    return work.run("music", asked, (message) => {
      notes.push(...message.notes);
      paint();
      play.disabled = false;
      readout.textContent = `${notes.length} steps, ${notes.flat().length} notes.`;
      panel.dataset.drawn = notes.length;
    });
  }

  // A tone of two partials that dies away, for each note that begins.
  function sound(note, when, seconds) {
    const gain = audio.createGain();
    gain.gain.setValueAtTime(0.0001, when);
    gain.gain.exponentialRampToValueAtTime(0.12, when + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.0001, when + seconds + 0.25);
    gain.connect(audio.destination);
    for (const [partial, type] of [[1, "triangle"], [2, "sine"]]) {
      const tone = audio.createOscillator();
      tone.type = type;
      tone.frequency.value = partial * 440 * 2 ** ((note - 69) / 12);
      tone.connect(gain);
      tone.start(when);
      tone.stop(when + seconds + 0.3);
    }
  }

  function start() {
    hush();
    audio = new AudioContext();
    const seconds = 1 / Number(tempo.value);
    const began = audio.currentTime + 0.05;
    notes.forEach((some, step) => {
      for (const note of some) {
        if (notes[step - 1]?.includes(note)) continue;
        let length = 1;
        while (notes[step + length]?.includes(note)) length++;
        sound(note, began + step * seconds, length * seconds);
      }
    });
    silence.disabled = false;
    timer = setInterval(() => {
      const now = Math.floor((audio.currentTime - began) / seconds);
      paint(now);
      if (now >= notes.length) hush();
    }, 50);
  }

  function hush() {
    clearInterval(timer);
    audio?.close();
    audio = null;
    silence.disabled = true;
    paint();
  }

  play.addEventListener("click", start);
  silence.addEventListener("click", hush);
  form.addEventListener("submit", (event) => { event.preventDefault(); begin(); });
  return { begin, end: () => { work.cancel(); hush(); } };
}
