// While an agent types, what the decision would do to the money; without this file a button asks for it.

const PAUSE = 400; // ms without a key

async function refresh(form, outcome, asked) {
  const told = new FormData(form);
  for (const [name, value] of [...told]) if (value instanceof File) told.delete(name);
  told.set("preview", "1");
  const answer = await fetch(form.action, { method: "POST", body: told, signal: asked.signal });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  outcome.replaceChildren(...(page.getElementById(outcome.id)?.childNodes ?? []));
}

for (const outcome of document.querySelectorAll("[data-outcome]")) {
  const form = outcome.closest("form");
  let pause, asked;
  form.addEventListener("input", () => {
    clearTimeout(pause);
    asked?.abort();
    asked = new AbortController();
    pause = setTimeout(() => refresh(form, outcome, asked).catch(() => outcome.replaceChildren()), PAUSE);
  });
}
