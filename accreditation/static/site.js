// Every page works without this. It only takes away a little friction.
document.documentElement.classList.add("has-script");

// After a refused form: the summary is what should be read first.
document.querySelector("[data-error-summary], [data-look-again]")?.focus();

// Choosing a role is enough; without script there is a button.
for (const form of document.querySelectorAll("form[data-role]")) {
  form.querySelector("select").addEventListener("change", () => form.requestSubmit());
}

// A double click does nothing twice. The button stays in the data that is sent, so it is only refused a second time.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// An unsent form asks before it is left, where the page says so.
for (const form of document.querySelectorAll("form[data-ask-before-leaving]")) {
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", () => (changed = false));
  addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}

// Parts folded on a phone open by themselves when the page is printed.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("main details.more")) details.open = true;
});

// A page that shows long work goes on with it by itself; without this there is a button.
for (const form of document.querySelectorAll("[data-go-on]")) {
  setTimeout(() => form.submit(), 400);
}
