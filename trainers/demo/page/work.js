// A piece of work that the server does: its start, progress, end and stop.

import { make } from "./elements.js";

// Yields the messages of the server, an object a line.
async function* messages(address, asked, signal) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(asked),
    signal,
  });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
  if (rest) yield JSON.parse(rest);
}

// What is chosen above the tabs, for models that are conditioned on a label or on numbers.
function chosenContext() {
  const { value } = document.getElementById("label");
  const numbers = document.getElementById("numbers").value;
  return value || numbers ? `?context=${encodeURIComponent(value || numbers)}` : "";
}

export class Work {
  // `model` is the number of the model that works.
  constructor(model) {
    this.model = model;
    this.stopper = null;
    this.stop = make("button", { type: "button", className: "act", disabled: true }, "Stop");
    this.stop.addEventListener("click", () => this.cancel("Stopped. The server still ends the step that it has begun."));
    this.bar = make("progress", { hidden: true, "aria-label": "Progress" });
    this.said = make("p", { role: "status" });
    this.error = make("p", { role: "alert", className: "error" });
    this.element = make("div", { className: "state" }, this.bar, this.said, this.error);
  }

  get running() {
    return this.stopper !== null;
  }

  cancel(word = "") {
    this.stopper?.abort();
    this.end(word);
  }

  end(word) {
    this.stopper = null;
    this.stop.disabled = true;
    this.bar.hidden = true;
    this.said.textContent = word;
  }

  progress(share) {
    if (share === null) this.bar.removeAttribute("value");
    else this.bar.value = share;
  }

  // Hands each message to `take`, and returns whether the work came to its end.
  async run(action, asked, take) {
    this.cancel();
    const stopper = (this.stopper = new AbortController());
    this.error.textContent = "";
    this.stop.disabled = false;
    this.bar.hidden = false;
    this.progress(null);
    const began = performance.now();
    const clock = setInterval(() => {
      if (this.stopper !== stopper) return clearInterval(clock);
      const seconds = (performance.now() - began) / 1000;
      if (seconds > 1) this.said.textContent = `Working, ${Math.round(seconds)} s.`;
    }, 500);
    try {
      for await (const message of messages(`api/${this.model}/${action}${chosenContext()}`, asked, stopper.signal)) {
        if (this.stopper !== stopper) return false;
        if (message.error) return this.fail(message.error);
        if (message.waiting) this.said.textContent = `Waiting for ${message.waiting} before you.`;
        else await take(message);
        if (message.share !== undefined) this.progress(message.share);
      }
    } catch (error) {
      if (error.name === "AbortError") return false;
      return this.fail("The server does not answer. Is tfar demo still running?");
    } finally {
      clearInterval(clock);
    }
    if (this.stopper === stopper) this.end("");
    return true;
  }

  fail(sentence) {
    this.end("");
    this.error.textContent = sentence;
    return false;
  }
}
