// The bench by hand and by key. Everything also works without this file.
"use strict";

const scan = document.querySelector("[data-scan]");
const lines = [...document.querySelectorAll("[data-line]")];
const KINDS = { 1: "fine", 2: "damaged", 3: "missing", 4: "wrong", 5: "extra" };
const BURST = 40; // ms: nobody types faster than this, every scanner does

function field(line, kind) {
  return line.querySelector(`[data-units="${kind}"]`);
}

function units(line, kind) {
  return Number.parseInt(field(line, kind)?.value || "0", 10) || 0;
}

function add(line, kind, step) {
  if (field(line, kind) && units(line, kind) + step >= 0) field(line, kind).value = units(line, kind) + step;
}

// What is damaged, missing or wrong was announced as fine: the unit moves, so that the sum stays.
function count(line, kind, step) {
  if (["damaged", "missing", "wrong"].includes(kind)) {
    if (step > 0 ? units(line, "fine") > 0 : units(line, kind) > 0) add(line, "fine", -step);
  }
  add(line, kind, step);
}

function backToFine(line) {
  const kind = ["damaged", "missing", "wrong"].find((odd) => units(line, odd) > 0);
  if (kind) count(line, kind, -1);
  else add(line, "fine", 1);
}

function press(line, key) {
  const kind = KINDS[key];
  if (kind === "fine") backToFine(line);
  else if (kind) count(line, kind, 1);
  else line.querySelector(`input[type="radio"][value="${key.toUpperCase()}"]`)?.click();
}

function go(step) {
  const here = lines.indexOf(document.activeElement.closest("[data-line]"));
  const next = lines[here + step];
  (next || scan).focus();
  next?.scrollIntoView({ block: "nearest" });
}

for (const button of document.querySelectorAll("[data-step]")) {
  button.hidden = false;
  button.addEventListener("click", () => count(button.closest("[data-line]"), button.dataset.of, Number(button.dataset.step)));
}

// A key pressed on a line waits a moment: a scanner's next character shows that it was none.
let waiting = null;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape") return scan?.focus();
  const onLine = event.target.matches("[data-line]");
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in moves && lines.length && (onLine || event.target === scan)) {
    event.preventDefault();
    return go(moves[event.key]);
  }
  if (!onLine) return undefined;
  if (event.key === "Enter") return event.target.form.requestSubmit();
  if (event.key.length !== 1) return undefined;
  event.preventDefault();
  if (waiting) {
    clearTimeout(waiting.timer);
    scan.value = waiting.key + event.key;
    waiting = null;
    return scan.focus();
  }
  const { target: line, key } = event;
  const timer = setTimeout(() => {
    waiting = null;
    press(line, key);
  }, BURST);
  waiting = { key, timer };
  return undefined;
});

// The field waits for the next code wherever the last tap went; a text that is being typed is left alone.
document.addEventListener("click", (event) => {
  if (!event.target.closest("input, select, textarea, button, a, label, summary, [data-line]")) scan?.focus();
});

// A mistake is mended where it is; otherwise the field has the focus, also after the summary of errors.
addEventListener("load", () => (document.querySelector('[aria-invalid="true"]') || scan)?.focus());

// High for green, twice for amber, low for red.
const TONES = { good: [880], wait: [660, 660], bad: [220] };

function sound(pitches) {
  const audio = new AudioContext();
  pitches.forEach((pitch, place) => {
    const tone = new OscillatorNode(audio, { frequency: pitch });
    tone.connect(audio.destination);
    tone.start(audio.currentTime + place * 0.2);
    tone.stop(audio.currentTime + place * 0.2 + 0.15);
  });
}

const answer = document.querySelector("[data-tone]");
if (answer) sound(TONES[answer.dataset.tone]);
