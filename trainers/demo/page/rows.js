// Rows of a table, to read and to write.

import { field, make } from "./elements.js";

// A value as people read it; a missing one is a dash.
export function written(value) {
  if (value === null) return "–";
  return typeof value === "number" ? `${Number(value.toPrecision(6))}` : `${value}`;
}

// A table of rows that scrolls sideways where it is too wide.
export class RowTable {
  constructor(columns, label, more = []) {
    this.columns = columns;
    this.body = make("tbody");
    const heads = [...columns.map(({ name }) => name), ...more].map((name, at) => make("th", { scope: "col", className: this.kind(at) }, name));
    const table = make("table", { className: "rows" }, make("caption", {}, label), make("thead", {}, make("tr", {}, ...heads)), this.body);
    this.element = make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": label }, table);
  }

  kind(at) {
    return this.columns[at]?.values ? "" : "number";
  }

  clear() {
    this.body.replaceChildren();
  }

  // Cells that were drawn, and not given, stand out.
  add(row, known = null, more = []) {
    const cells = [...row.map(written), ...more].map((text, at) => {
      const isDrawn = known && known[at] === 0;
      return make("td", { className: `${this.kind(at)} ${isDrawn ? "drawn" : ""}` }, text);
    });
    this.body.append(make("tr", {}, ...cells));
  }
}

// Controls for the cells of one row, each of which may be empty.
export class RowEditor {
  constructor(columns) {
    this.columns = columns;
    this.controls = columns.map(({ values }) =>
      values
        ? make("select", {}, make("option", { value: "" }, "(empty)"), ...values.map((value, at) => make("option", { value: at }, `${value}`)))
        : make("input", { type: "number", step: "any", placeholder: "(empty)" }),
    );
    this.fields = columns.map(({ name }, at) => field(name, this.controls[at]));
  }

  get row() {
    return this.columns.map(({ values }, at) => {
      const text = this.controls[at].value;
      if (text === "") return null;
      return values ? values[Number(text)] : Number(text);
    });
  }

  set row(cells) {
    cells.forEach((cell, at) => {
      const { values } = this.columns[at];
      this.controls[at].value = cell === null ? "" : values ? values.indexOf(cell) : cell;
    });
  }
}
