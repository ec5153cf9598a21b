() => {
  const wrong = [];
  const say = (what, node) => wrong.push(`${what}: ${node.outerHTML.replace(/\s+/g, " ").slice(0, 200)}`);
  const shown = node => node.checkVisibility ? node.checkVisibility() : node.offsetParent !== null;
  const words = node => (node.textContent || "").trim();

  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(shown);
  if (headings.filter(one => one.tagName === "H1").length !== 1) wrong.push("not one h1");
  headings.reduce((before, one) => {
    const level = Number(one.tagName[1]);
    if (level > before + 1) say(`h${level} after h${before}`, one);
    if (!words(one)) say("an empty heading", one);
    return level;
  }, 0);

  if (!/^(Error: )?\S.* – \S.*$/.test(document.title)) wrong.push(`title: ${document.title}`);
  if (document.documentElement.lang !== "en-GB") wrong.push("no language");
  if (document.querySelectorAll("main").length !== 1) wrong.push("not one main");
  const navs = [...document.querySelectorAll("nav")].map(one => one.getAttribute("aria-label"));
  if (navs.some(name => !name)) wrong.push("a nav without a name");
  if (new Set(navs).size !== navs.length) wrong.push(`navs of one name: ${navs}`);
  const ids = [...document.querySelectorAll("[id]")].map(one => one.id);
  ids.filter((id, place) => ids.indexOf(id) !== place).forEach(id => wrong.push(`the id ${id} twice`));

  for (const one of document.querySelectorAll("input:not([type=hidden]):not([type=submit]), select, textarea")) {
    const named = [...(one.labels || [])].some(words) || one.getAttribute("aria-label")
      || (one.getAttribute("aria-labelledby") || "").split(" ").some(id => document.getElementById(id));
    if (!named) say("a field without a label", one);
    for (const id of (one.getAttribute("aria-describedby") || "").split(" ").filter(Boolean)) {
      const told = document.getElementById(id);
      if (!told || !words(told)) say(`described by ${id}, which says nothing`, one);
    }
    if (["radio"].includes(one.type) && !one.closest("fieldset")) say("a radio without its group", one);
  }
  for (const one of document.querySelectorAll("fieldset")) {
    if (!one.querySelector("legend") || !words(one.querySelector("legend"))) say("a group without a legend", one);
  }
  for (const one of document.querySelectorAll("table")) {
    if (!one.caption || !words(one.caption)) say("a table without a caption", one);
    const heads = [...one.querySelectorAll("th")];
    if (!heads.length) say("a table without headers", one);
    heads.filter(head => !["col", "row", "colgroup", "rowgroup"].includes(head.scope)).forEach(head => say("a header without scope", head));
    heads.filter(head => !words(head) && !head.querySelector("[aria-label]")).forEach(head => say("an empty header", head));
  }
  for (const one of document.querySelectorAll("figure.chart, figure.timeline, svg[role=img]")) {
    let near = one.closest("section, figure").querySelector("table");
    for (let next = one.nextElementSibling; !near && next && !/^H[12]$/.test(next.tagName); next = next.nextElementSibling) {
      near = next.querySelector("table");
    }
    if (!near) say("a picture without its table", one);
  }
  for (const one of document.querySelectorAll("a[href], button")) {
    if (!words(one) && !one.getAttribute("aria-label")) say("a link or button without words", one);
  }
  return wrong;
}
