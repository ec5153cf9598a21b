// A table of fields that is filled like a spreadsheet. Without this script it is a plain form: Tab goes on, Save saves.
// data-grid on the form, data-cell on each field; data-letters: letters that fill a cell and go on to the row below.
for (const grid of document.querySelectorAll("[data-grid]")) {
  const rows = [...grid.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("[data-cell]")]);
  const cells = rows.flat();
  const letters = grid.dataset.letters ?? "";
  const status = grid.querySelector("[data-grid-status]");
  const before = new Map(cells.map((cell) => [cell, cell.value]));
  const saved = new Map(before);
  const done = [];

  const place = (cell) => {
    const row = rows.findIndex((each) => each.includes(cell));
    return [row, rows[row].indexOf(cell)];
  };

  const go = (row, column) => {
    const to = rows[row]?.[Math.min(column, (rows[row]?.length ?? 1) - 1)];
    to?.focus();
    to?.select?.();
    return Boolean(to);
  };

  const tell = () => {
    const changed = cells.filter((cell) => cell.value.trim() !== saved.get(cell).trim()).length;
    for (const cell of cells) cell.dataset.mark = cell.value.trim().toUpperCase();
    if (!status) return;
    status.textContent = changed ? `${changed} ${changed === 1 ? "change is" : "changes are"} not saved yet.` : "";
  };

  // One step is what one key or one paste did, so that one Ctrl+Z takes it back.
  const keep = (changes) => {
    const step = changes.filter(([cell, value]) => cell.value !== value || before.get(cell) !== value);
    if (!step.length) return;
    done.push(step.map(([cell]) => [cell, before.get(cell)]));
    for (const [cell, value] of step) {
      cell.value = value;
      before.set(cell, value);
      cell.removeAttribute("aria-invalid");
    }
    grid.dispatchEvent(new Event("input", { bubbles: true }));
    tell();
  };

  const back = () => {
    const step = done.pop();
    if (!step) return;
    for (const [cell, value] of step) {
      cell.value = value;
      before.set(cell, value);
    }
    step[0][0].focus();
    tell();
  };

  grid.addEventListener("change", (event) => {
    if (cells.includes(event.target)) keep([[event.target, event.target.value]]);
  });

  grid.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!cells.includes(cell)) return;
    const [row, column] = place(cell);
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && cell.value === before.get(cell)) {
      event.preventDefault();
      back();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const whole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    const moves = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      Enter: [row + (event.shiftKey ? -1 : 1), column],
      ...(whole ? { ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1] } : {}),
    };
    const letter = event.key.toUpperCase();
    if (moves[event.key]) {
      event.preventDefault();
      keep([[cell, cell.value]]);
      go(...moves[event.key]);
    } else if (event.key.length === 1 && letters.includes(letter) && (whole || !cell.value)) {
      event.preventDefault();
      keep([[cell, letter]]);
      go(row + 1, column);
    }
  });

  grid.addEventListener("paste", (event) => {
    const cell = event.target;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!cells.includes(cell) || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const [row, column] = place(cell);
    const lines = text.replace(/\r/g, "").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
    const changes = lines.flatMap((line, down) =>
      line.map((value, right) => [rows[row + down]?.[column + right], value.trim()]),
    );
    keep(changes.filter(([to]) => to));
  });

  grid.addEventListener("focusin", (event) => cells.includes(event.target) && event.target.select());
  tell();
}
