// Dragging people of a plan onto another day. The list beside each of them does the same without this script.
// While somebody is dragged the server says of each day whether they can be moved there, and if not, why: such a day
// takes no drop. What is dropped is sent by the form of the list, and the server decides once more.
const places = [...document.querySelectorAll("[data-day]")];
const rows = [...document.querySelectorAll("tr[data-drag]")];

const strip = document.createElement("div");
strip.className = "drag-strip no-print";
strip.hidden = true;
const said = document.createElement("p");
said.className = "drag-said";
said.setAttribute("role", "status");
const chips = document.createElement("ul");
chips.className = "drag-days";
strip.append(said, chips);

const chip = (day, label, left) => {
  const item = document.createElement("li");
  item.className = "drag-day";
  item.dataset.day = day;
  const name = document.createElement("strong");
  name.textContent = label;
  item.append(name);
  if (left) item.append(` ${left}`);
  return item;
};
for (const place of places) chips.append(chip(place.dataset.day, place.dataset.label, place.dataset.left));
if (!places.some((place) => place.dataset.day === "")) chips.append(chip("", "No seat"));
const targets = [...places, ...chips.children];

let moving = null;

const tell = (words) => {
  if (said.textContent !== words) said.textContent = words;
};

// null: they can be moved there; a sentence: why not; undefined: not known yet.
const against = (day) => (day === "" ? (moving.from === "" ? `${moving.name} has no seat.` : null) : moving.days?.[day]);

const show = () => {
  for (const target of targets) {
    const reason = against(target.dataset.day);
    const here = target.dataset.day === moving.from;
    target.dataset.may = here ? "here" : reason === null ? "yes" : reason === undefined ? "asked" : "no";
  }
};

const begin = async (row, event) => {
  const form = row.querySelector("form.seat-form select")?.form;
  moving = { row, form, name: row.dataset.name, from: row.closest("[data-day]").dataset.day };
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", moving.name);
  row.dataset.dragged = "yes";
  const mine = moving;
  setTimeout(() => {
    if (moving !== mine) return;
    strip.hidden = false;
    show();
    tell(`Drop ${mine.name} on a day.`);
  });
  try {
    const answer = await fetch(row.dataset.ask, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    mine.days = (await answer.json()).days;
  } catch {
    if (moving === mine) tell("It could not be asked where they can be moved. Use the list beside the name, or load the page again.");
    return;
  }
  if (moving === mine) show();
};

const end = () => {
  if (!moving) return;
  delete moving.row.dataset.dragged;
  for (const target of targets) {
    delete target.dataset.may;
    delete target.dataset.over;
  }
  moving = null;
  strip.hidden = true;
};

const over = (target, event) => {
  if (!moving) return;
  event.stopPropagation();
  const day = target.dataset.day;
  for (const other of targets) if (other !== target) delete other.dataset.over;
  if (day === moving.from) return tell(`${moving.name} sits here.`);
  const reason = against(day);
  if (reason === undefined) return tell(moving.days ? "That day cannot be planned any more." : "Asking…");
  target.dataset.over = "yes";
  if (reason) return tell(reason);
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  tell(day === "" ? `${moving.name} will have no seat.` : `${moving.name} can be moved here.`);
};

const drop = (target, event) => {
  if (!moving || against(target.dataset.day) !== null) return;
  event.preventDefault();
  event.stopPropagation();
  const { form } = moving;
  const list = form.querySelector("select");
  list.value = target.dataset.day;
  if (list.value !== target.dataset.day) list.append(new Option("", target.dataset.day, true, true));
  end();
  form.requestSubmit(form.querySelector("button:not([name])"));
};

if (rows.length && matchMedia("(any-pointer: fine)").matches) {
  document.documentElement.classList.add("may-drag");
  document.querySelector("main").append(strip);
  for (const row of rows) {
    row.draggable = true;
    for (const link of row.querySelectorAll("a")) link.draggable = false;
    row.addEventListener("dragstart", (event) => begin(row, event));
    row.addEventListener("dragend", end);
  }
  for (const target of targets) {
    target.addEventListener("dragover", (event) => over(target, event));
    target.addEventListener("drop", (event) => drop(target, event));
  }
}
