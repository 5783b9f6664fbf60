// A row of a table, whose empty cells the model fills.

import { drawing, make } from "../elements.js";
import { RowEditor, RowTable } from "../rows.js";
import { Work } from "../work.js";

export const title = "Complete a row";

export function build(panel, model, index) {
  const work = new Work(index);
  const draw = drawing();
  const editor = new RowEditor(model.columns);
  const go = make("button", { className: "act first" }, "Fill the empty cells");
  const another = make("button", { type: "button", className: "act" }, "A test example");
  const form = make("form", {}, ...editor.fields, ...draw.fields, go, another, work.stop);
  const note = make("p", { className: "quiet" });
  const rows = new RowTable(model.columns, "Six completions, with what the model drew in bold");
  panel.append(
    make("h2", {}, "Empty cells that the model fills"),
    make("p", {}, "Empty some cells: the model draws them, given those that have a value. The six rows are draws of one seed; where they agree, the model is sure."),
    form,
    note,
    work.element,
    rows.element,
  );

  const fill = () =>
    work.run("fill", { row: editor.row, ...draw.values() }, (message) => {
      note.textContent = message.note;
      rows.clear();
      for (const row of message.rows) rows.add(row, message.known);
    });

  let count = 0;
  async function next() {
    const isThere = await work.run("row", { number: count++ % 10 }, ({ row }) => {
      editor.row = [...row.slice(0, -1), null];
    });
    return isThere && fill();
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); fill(); });
  another.addEventListener("click", next);
  return { begin: next, end: () => work.cancel() };
}
