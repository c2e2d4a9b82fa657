// What makes choosing quicker: a button for one more or less, and a filter on long orders.
// The page does all of it without this file, only slower.

const list = document.getElementById("items");
const LONG = 8; // cards: as many as one looks through without a filter

function stepper(input) {
  const step = (by, sign, words) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "step";
    button.textContent = sign;
    button.setAttribute("aria-label", words);
    button.setAttribute("aria-controls", input.id);
    button.addEventListener("click", () => {
      const now = Math.trunc(Number(input.value)) || 0;
      input.value = Math.min(Number(input.max), Math.max(1, now + by));
    });
    return button;
  };
  input.before(step(-1, "−", list.dataset.less));
  input.after(step(1, "+", list.dataset.more));
}

function filter(box, cards) {
  const input = box.querySelector("input");
  const found = box.querySelector("[data-found]");
  const names = cards.map((card) => card.querySelector("h2").textContent.toLocaleLowerCase());
  box.hidden = false;
  input.addEventListener("input", () => {
    const words = input.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    cards.forEach((card, place) => {
      card.hidden = !words.every((word) => names[place].includes(word));
      shown += !card.hidden;
    });
    found.textContent = words.length ? `${shown} / ${cards.length}` : "";
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

list.querySelectorAll(".stepper > input").forEach(stepper);
const cards = [...list.querySelectorAll(".item")];
if (cards.length > LONG) filter(document.querySelector("[data-filter]"), cards);
