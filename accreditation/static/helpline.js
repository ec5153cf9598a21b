// Search a mediator while typing. Without this script the form does the same with a button.
const form = document.querySelector("[data-search-people]");
const list = document.querySelector("[data-found-people]");

if (form && list) {
  const field = form.querySelector("input[type=search]");
  let wanted = 0;
  let timer;

  const show = (people) => {
    list.replaceChildren(
      ...people.map((person) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = person.url;
        link.textContent = person.name;
        const rest = document.createElement("span");
        rest.className = "row-note";
        rest.textContent = [person.reference, person.unit, person.standing].filter(Boolean).join(", ");
        item.append(link, rest);
        return item;
      }),
    );
    const status = document.querySelector("[data-found-count]");
    status.textContent = people.length ? `${people.length} found` : "Nobody found";
  };

  // Enter opens the first one found, once the list is about what stands in the field; the arrow keys choose another.
  let shownFor = "";
  let entered = false;
  const links = () => [...list.querySelectorAll("a")];
  const move = (event, step) => {
    const all = links();
    const next = all[all.indexOf(document.activeElement) + step];
    if (next || step < 0) {
      event.preventDefault();
      (next ?? field).focus();
    }
  };
  const openFirst = () => {
    const [first] = links();
    if (first) window.location.assign(first.href);
  };
  form.addEventListener("submit", (event) => {
    if (field.value.trim().length < 2) return;
    event.preventDefault();
    entered = true;
    if (shownFor === field.value.trim()) openFirst();
  });
  for (const place of [field, list]) {
    place.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") move(event, 1);
      if (event.key === "ArrowUp") move(event, -1);
    });
  }

  field.addEventListener("input", () => {
    entered = false;
    clearTimeout(timer);
    const words = field.value.trim();
    if (words.length < 2) return;
    timer = setTimeout(async () => {
      const mine = ++wanted;
      const answer = await fetch(`${form.dataset.searchPeople}?q=${encodeURIComponent(words)}`, {
        headers: { Accept: "application/json" },
      });
      if (answer.ok && mine === wanted) {
        show(await answer.json());
        shownFor = words;
        if (entered) openFirst();
      } else if (mine === wanted && entered) {
        form.submit();
      }
    }, 150);
  });
}

// The form is worked from its first question on, and Control with Enter sends it from anywhere in it.
const contact = document.querySelector("[data-record-contact]");
if (contact) {
  if (!document.querySelector("[data-error-summary], [data-look-again]")) contact.querySelector("#category")?.focus();
  contact.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) contact.requestSubmit();
  });
}
