// The page: models, and a tab for everything that a model can do.

import { make } from "./elements.js";
import * as anomaly from "./tabs/anomaly.js";
import * as bits from "./tabs/bits.js";
import * as complete from "./tabs/complete.js";
import * as compress from "./tabs/compress.js";
import * as dependencies from "./tabs/dependencies.js";
import * as draw from "./tabs/draw.js";
import * as fill from "./tabs/fill.js";
import * as music from "./tabs/music.js";
import * as read from "./tabs/read.js";
import * as sample from "./tabs/sample.js";
import * as sound from "./tabs/sound.js";
import * as write from "./tabs/write.js";

const TABS = { sample, draw, complete, fill, write, read, music, sound, bits, dependencies, anomaly, compress };

const list = document.getElementById("tabs");
const panels = document.getElementById("panels");
const select = document.getElementById("model");
const label = document.getElementById("label");
const numbers = document.getElementById("numbers");
let shown = [];

function open(name) {
  for (const tab of shown) {
    const isOpen = tab.name === name;
    tab.button.setAttribute("aria-selected", isOpen);
    tab.button.tabIndex = isOpen ? 0 : -1;
    tab.panel.hidden = !isOpen;
    if (isOpen && !tab.begun) {
      tab.begun = true;
      tab.begin?.();
    }
  }
  history.replaceState(null, "", `#${select.value}-${name}`);
}

function build(name, index, model) {
  const { title, build } = TABS[name];
  const panel = make("section", { id: `panel-${name}`, role: "tabpanel", hidden: true });
  const button = make("button", { id: `tab-${name}`, type: "button", role: "tab" }, title);
  button.setAttribute("aria-controls", panel.id);
  panel.setAttribute("aria-labelledby", button.id);
  button.addEventListener("click", () => open(name));
  return { name, button, panel, begun: false, ...build(panel, model, index) };
}

function show(models, index, wanted) {
  const model = models[index];
  for (const tab of shown) tab.end?.();
  offerContexts(model);
  shown = Object.keys(TABS)
    .filter((name) => model.actions.includes(name))
    .map((name) => build(name, index, model));
  list.replaceChildren(...shown.map((tab) => tab.button));
  panels.replaceChildren(...shown.map((tab) => tab.panel));
  const size = model.columns.length ? `${model.columns.length} columns` : model.event_shape.join(" x ");
  document.getElementById("about").textContent = `${model.model} of ${model.medium}, ${size}. ${model.summary}.`;
  if (!shown.length) {
    panels.append(make("p", {}, "The page has nothing to show of this model: its draws need a context that the page cannot give them."));
    return;
  }
  open(shown.some((tab) => tab.name === wanted) ? wanted : shown[0].name);
}

// The context of a model that takes one stays when a tab is chosen.
function offerContexts(model) {
  const shape = model.context_shape ?? [];
  document.getElementById("label-field").hidden = !model.labels.length;
  document.getElementById("numbers-field").hidden = !shape.length;
  if (label.dataset.model === model.name) return;
  document.querySelector("label[for=numbers]").textContent = `Context, ${shape.join(" x ")} numbers`;
  numbers.value = shape.length ? Array(shape.reduce((a, b) => a * b)).fill(0).join(" ") : "";
  label.dataset.model = model.name;
  label.replaceChildren(...model.labels.map((name, value) => make("option", { value }, name)));
}

list.addEventListener("keydown", (event) => {
  const at = shown.findIndex((tab) => tab.button === document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: shown.length - 1 }[event.key];
  if (to === undefined || at < 0) return;
  event.preventDefault();
  const tab = shown[(to + shown.length) % shown.length];
  open(tab.name);
  tab.button.focus();
});

const models = await (await fetch("api/models")).json();
select.append(...models.map((model, value) => make("option", { value }, model.name)));
select.addEventListener("change", () => show(models, Number(select.value), location.hash.split("-")[1]));
for (const control of [label, numbers]) {
  control.addEventListener("change", () => show(models, Number(select.value), location.hash.split("-")[1]));
}
const [first, tab] = location.hash.slice(1).split("-");
select.value = first in models ? first : 0;
show(models, Number(select.value), tab);
