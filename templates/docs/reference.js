
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const find = (id) => document.getElementById(id);
  const input = find("ui-search"), list = find("ui-results"), status = find("ui-status");
  const panel = status.parentElement, nav = find("ui-nav"), menu = find("ui-menu");
  const MOST = 40;
  const anchor = () => { try { return decodeURIComponent(location.hash.slice(1)); } catch { return ""; } };

  // What can be found stands in the page: a section has a name, and docs.
  const entries = [...document.querySelectorAll("[data-kind]")].map((section, order) => {
    const { name, parent, kind, suffix = "" } = section.dataset;
    const text = [...section.querySelectorAll(":scope > .doc, :scope > .arguments :is(dt, .said)")]
      .map((part) => part.textContent).join(" ").replace(/\s+/g, " ").trim();
    const path = parent ? `${parent}.${name}` : name;
    return { id: section.id, name, path, suffix, kind, text, order, lowName: name.toLowerCase(), lowPath: path.toLowerCase(), lowText: text.toLowerCase() };
  });

  // The lower, the better: names first, the whole before its start, that before a part, then docs.
  function rank(entry, word) {
    if (entry.lowName === word || entry.lowPath === word) return 0;
    if (entry.lowName.startsWith(word)) return 1;
    const at = entry.lowName.indexOf(word);
    if (at > 0 && (entry.name[at - 1] === "_" || /[A-Z]/.test(entry.name[at]))) return 2;
    if (at >= 0) return 3;
    if (entry.lowPath.endsWith(`.${word}`)) return 3;
    if (entry.lowPath.includes(word)) return 4;
    const inText = entry.lowText.indexOf(word);
    if (inText < 0) return Infinity;
    return inText === 0 || /\W/.test(entry.lowText[inText - 1]) ? 20 : 21;
  }

  function search(query) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = ["library", "class", "interface", "implementation", "method", "property"];
    return words.length === 0 ? [] : entries
      .map((entry) => [entry, words.reduce((sum, word) => sum + rank(entry, word), 0)])
      .filter(([, score]) => score < Infinity)
      .sort(([a, x], [b, y]) => x - y || kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.order - b.order)
      .map(([entry]) => entry);
  }

  function element(tag, className, ...children) {
    const made = document.createElement(tag);
    made.className = className;
    made.append(...children);
    return made;
  }

  // The text with what matches marked.
  function marked(text, words) {
    const low = text.toLowerCase(), pieces = [];
    for (let at = 0; at < text.length;) {
      const hits = words.map((word) => [low.indexOf(word, at), word.length]).filter(([start]) => start >= 0);
      if (hits.length === 0 || low.length !== text.length) { pieces.push(text.slice(at)); break; }
      const [start, length] = hits.reduce((a, b) => (b[0] < a[0] ? b : a));
      pieces.push(text.slice(at, start), element("mark", "", text.slice(start, start + length)));
      at = start + length;
    }
    return pieces;
  }

  // What stands around the first match.
  function excerpt(entry, words) {
    const at = Math.min(...words.map((word) => entry.lowText.indexOf(word)).filter((start) => start >= 0), Infinity);
    const start = at === Infinity || at < 60 ? 0 : entry.text.indexOf(" ", at - 50) + 1;
    return (start ? "… " : "") + entry.text.slice(start, start + 160);
  }

  let shown = [], chosen = -1;

  function choose(index) {
    chosen = index;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === index)));
    const item = list.children[index];
    if (item) {
      input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function close() {
    panel.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function update() {
    const query = input.value.trim();
    if (!query) { list.replaceChildren(); shown = []; status.textContent = ""; close(); return; }
    const found = search(query), words = query.toLowerCase().split(/\s+/);
    shown = found.slice(0, MOST);
    list.replaceChildren(...shown.map((entry, index) => {
      const path = element("span", "path");
      for (const part of entry.path.split(".").slice(0, -1)) path.append(element("i", "", `${part}.`), element("wbr", ""));
      path.append(...marked(entry.name, words), element("i", "", entry.suffix));
      const top = element("div", "top", path, element("span", "what", entry.kind));
      const item = element("li", "", top);
      if (entry.text) item.append(element("div", "text", ...marked(excerpt(entry, words), words)));
      item.id = `ui-result-${index}`;
      item.setAttribute("role", "option");
      item.addEventListener("mousemove", () => { if (chosen !== index) choose(index); });
      item.addEventListener("mousedown", (event) => event.preventDefault());
      item.addEventListener("click", () => go(entry));
      return item;
    }));
    const more = found.length > MOST ? `, the first ${MOST} are shown` : "";
    status.textContent = found.length === 0 ? `No results for “${query}”`
      : `${found.length} ${found.length === 1 ? "result" : "results"}${more}`;
    panel.hidden = false;
    input.setAttribute("aria-expanded", "true");
    choose(shown.length ? 0 : -1);
    list.scrollTop = 0;
  }

  function go(entry) {
    close();
    input.blur();
    if (anchor() === entry.id) arrive();
    location.hash = entry.id;
  }

  // Focus follows the address, so that Tab goes on from there.
  function arrive() {
    const target = find(anchor());
    hideNav();
    if (!target || !target.hasAttribute("tabindex")) return;
    target.focus({ preventScroll: true });
    target.scrollIntoView();
    spy(target);
  }

  input.addEventListener("input", update);
  input.addEventListener("focus", () => { if (input.value.trim()) update(); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const last = shown.length - 1;
    if (event.key === "Escape") {
      if (panel.hidden) { input.value = ""; update(); input.blur(); }
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (panel.hidden) { update(); return; }
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(last < 0 ? -1 : (chosen + step + last + 1) % (last + 1));
    } else if (event.key === "Enter" && !event.isComposing && shown[chosen] && !panel.hidden) {
      event.preventDefault();
      go(shown[chosen]);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== "radio";
    if (event.key === "/" && !typing) {
      event.preventDefault();
      input.focus();
      input.select();
    } else if (event.key === "Escape" && nav.classList.contains("shown")) {
      hideNav();
      menu.focus();
    }
  });

  function hideNav() {
    nav.classList.remove("shown");
    menu.setAttribute("aria-expanded", "false");
  }

  menu.addEventListener("click", () => {
    const shows = nav.classList.toggle("shown");
    menu.setAttribute("aria-expanded", String(shows));
    if (shows) (nav.querySelector("[aria-current]") || nav.querySelector("a")).focus();
  });
  nav.addEventListener("click", (event) => { if (event.target.closest("a")) hideNav(); });
  document.addEventListener("click", (event) => {
    if (!nav.contains(event.target) && !menu.contains(event.target)) hideNav();
  });
  window.addEventListener("hashchange", arrive);

  // The contents show what is being read.
  const links = new Map([...nav.querySelectorAll("a")].map((a) => [a.hash.slice(1), a]));
  let current = null;
  function spy(section) {
    const link = links.get(section.id);
    if (!link || link === current) return;
    nav.querySelectorAll(".open").forEach((item) => item.classList.remove("open"));
    if (current) current.removeAttribute("aria-current");
    current = link;
    link.setAttribute("aria-current", "location");
    for (let item = link.closest("li"); item; item = item.parentElement.closest("li")) item.classList.add("open");
    const { top, bottom } = link.getBoundingClientRect(), frame = nav.getBoundingClientRect();
    if (top < frame.top || bottom > frame.bottom) nav.scrollTop += top - frame.top - frame.height / 3;
  }
  const sections = [...document.querySelectorAll("[data-kind]")];
  let waiting = false;
  function follow() {
    waiting = false;
    const edge = parseFloat(getComputedStyle(root).scrollPaddingTop) + 12;
    let low = 0, high = sections.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (sections[middle].getBoundingClientRect().top <= edge) low = middle; else high = middle - 1;
    }
    if (sections[low]) spy(sections[low]);
  }
  window.addEventListener("scroll", () => {
    if (!waiting) { waiting = true; requestAnimationFrame(follow); }
  }, { passive: true });

  // The choice of a language stays; some browsers give a file no storage.
  const store = (action) => { try { return action(localStorage); } catch { return null; } };
  const language = find(`ui-${store((s) => s.getItem("language")) || "all"}`);
  if (language) language.checked = true;
  document.querySelectorAll(".languages input").forEach((radio) => radio.addEventListener("change", () => {
    store((s) => s.setItem("language", radio.value));
  }));

  if (location.hash) arrive(); else follow();
})();
