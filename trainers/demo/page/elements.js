// Makers of elements: every control has a label.

let count = 0;

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function field(text, control, kind = "") {
  control.id ||= `control-${count++}`;
  const label = make("label", { htmlFor: control.id }, text);
  const parts = kind === "check" ? [control, label] : [label, control];
  return make("div", { className: `field ${kind}` }, ...parts);
}

export function number(name, value, limits) {
  return make("input", { type: "number", name, value, required: true, ...limits });
}

export function choice(name, options) {
  const entries = Object.entries(options);
  return make("select", { name }, ...entries.map(([value, text]) => make("option", { value }, text)));
}

// The controls of a draw, in the words of `sample`.
export function drawing() {
  const controls = {
    seed: number("seed", 0, { min: 0, max: 4294967295, step: 1 }),
    temperature: number("temperature", 1, { min: 0.05, max: 10, step: 0.05 }),
    top_p: number("top_p", 1, { min: 0.05, max: 1, step: 0.05 }),
  };
  const fields = [
    field("Seed", controls.seed),
    field("Temperature", controls.temperature),
    field("Top-p", controls.top_p),
  ];
  const values = () =>
    Object.fromEntries(Object.entries(controls).map(([name, control]) => [name, Number(control.value)]));
  return { fields, values, controls };
}
