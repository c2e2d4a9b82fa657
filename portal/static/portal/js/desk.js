// The desk by key. Everything also works without this file.
"use strict";

const rows = [...document.querySelectorAll("[data-row]")];

function focus(selector) {
  const field = document.querySelector(selector);
  field?.scrollIntoView({ block: "center" });
  field?.focus();
}

// In the queue the focus goes from row to row; beside a case the next case opens.
function go(step) {
  const open = rows.findIndex((row) => row.getAttribute("aria-current"));
  const here = open >= 0 ? open : rows.indexOf(document.activeElement);
  const next = rows[here + step];
  if (open >= 0) next?.click();
  else next?.focus();
}

function help() {
  const keys = document.querySelector("[data-help]");
  keys.open = !keys.open;
  if (keys.open) keys.querySelector("summary").focus();
}

const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  a: () => focus("#approvalform-note, [data-approve]"),
  r: () => focus("#rejectionform-note, #declineform-note"),
  g: () => focus("#approvalform-amount"),
  m: () => focus("#messageform-text"),
  "/": () => focus("[data-search]"),
  "?": help,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape") document.activeElement.blur();
  if (event.target.matches("input, select, textarea") || !(event.key in KEYS)) return;
  event.preventDefault();
  KEYS[event.key]();
});

document.querySelector("[data-focus]")?.focus();
