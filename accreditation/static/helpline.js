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

  field.addEventListener("input", () => {
    clearTimeout(timer);
    const words = field.value.trim();
    if (words.length < 2) return;
    timer = setTimeout(async () => {
      const mine = ++wanted;
      const answer = await fetch(`${form.dataset.searchPeople}?q=${encodeURIComponent(words)}`, {
        headers: { Accept: "application/json" },
      });
      if (answer.ok && mine === wanted) show(await answer.json());
    }, 150);
  });
}
