// Comforts only: the report reads the same without them.
(() => {
  "use strict";

  // What needs a script has its place in the contents with it.
  const explore = document.getElementById("explore");
  for (const list of explore ? document.querySelectorAll(".contents > ol") : []) {
    const entry = document.createElement("li");
    const link = document.createElement("a");
    link.href = "#explore-heading";
    link.append(Object.assign(document.createElement("span"), { className: "number", textContent: "↗" }), " ", explore.querySelector("h2").textContent);
    entry.append(link);
    list.firstElementChild.after(entry);
  }

  // Mark the section being read in the table of contents.
  const links = [...document.querySelectorAll(".sidebar > .contents a")];
  const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  let current = null;
  const mark = () => {
    let index = headings.findLastIndex((heading) => heading && heading.getBoundingClientRect().top < 120);
    if (window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2 && window.scrollY > 0) {
      index = links.length - 1;
    }
    const link = links[index] ?? null;
    if (link === current) return;
    current?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "location");
    current = link;
    const contents = link?.closest("nav");
    if (!contents || contents.scrollHeight <= contents.clientHeight) return;
    const place = link.offsetTop - contents.clientHeight / 2;
    contents.scrollTo({ top: Math.max(0, place) });
  };
  let waiting = false;
  const later = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  };
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later);
  // Not before the rest of the script has changed the page: it would be laid out twice.
  later();

  // The list of a narrow screen closes once its entry was chosen.
  const list = document.querySelector(".contents-narrow");
  list.addEventListener("click", (event) => { if (event.target.closest("a")) list.open = false; });

  // A link to the lines of a number opens what they are in.
  const reveal = () => {
    if (!location.hash.startsWith("#evidence-")) return;
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const run = target?.closest("details");
    if (!run) return;
    run.open = true;
    target.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", reveal);
  reveal();

  const words = JSON.parse(document.body.dataset.words);

  // Colours as the system has them, light or dark; remembered where the browser allows it.
  const theme = document.createElement("select");
  theme.setAttribute("aria-label", words.theme);
  for (const [value, text] of [["", words.theme_auto], ["light", words.theme_light], ["dark", words.theme_dark]]) {
    theme.add(new Option(`${words.theme}: ${text}`, value));
  }
  const dress = (value) => {
    if (value) document.documentElement.dataset.theme = value;
    else delete document.documentElement.dataset.theme;
    theme.value = value;
    dispatchEvent(new Event("theme"));
  };
  let kept = "";
  try { kept = localStorage.getItem("stillstand-theme") ?? ""; } catch { /* a page from a disk may have none */ }
  theme.addEventListener("change", () => {
    dress(theme.value);
    try { localStorage.setItem("stillstand-theme", theme.value); } catch { /* as above */ }
  });
  const corner = document.createElement("div");
  corner.className = "theme";
  corner.append(theme);
  document.querySelector(".masthead").prepend(corner);
  dress(["light", "dark"].includes(kept) ? kept : "");

  // Tables: order by a column, filter rows, copy.
  const text = (cell) => cell.textContent.trim().replace(/\s+/g, " ");
  const comma = document.documentElement.lang === "de";
  const value = (cell) => {
    const shown = text(cell).replace(/[\u2009\u202f\u00a0 ]/g, "").replace("\u2212", "-").replace(/^[<>≤≥~]/, "");
    const number = Number.parseFloat(comma ? shown.replace(/\./g, "").replace(",", ".") : shown.replace(/,/g, ""));
    return Number.isNaN(number) ? null : number;
  };
  const quoted = (cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const SIGNS = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}" };
  const tex = (cell) => cell.replace(/[\\&%$#_{}~^]/g, (sign) => SIGNS[sign] ?? `\\${sign}`);
  const forms = {
    CSV: (rows) => rows.map((row) => row.map(quoted).join(",")).join("\n"),
    Markdown: (rows) => {
      const lines = rows.map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`);
      return [lines[0], `|${" --- |".repeat(rows[0].length)}`, ...lines.slice(1)].join("\n");
    },
    TeX: (rows) => rows.map((row) => `${row.map(tex).join(" & ")} \\\\`).join("\n"),
  };
  const copy = async (words) => {
    try { await navigator.clipboard.writeText(words); } catch {
      const area = document.createElement("textarea");
      area.value = words;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  const control = (name, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("click", act);
    return button;
  };
  for (const figure of document.querySelectorAll("figure.table")) {
    const table = figure.querySelector("table");
    const rows = [...table.querySelectorAll("tbody tr:not(.group):not(.empty)")];
    if (!rows.length) continue;
    const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
    const tools = document.createElement("div");
    tools.className = "tools";
    // Groups have their places; summaries stay at the end.
    if (table.tBodies.length === 1 && !table.querySelector(".group") && rows.length > 2) {
      heads.forEach((head, column) => {
        const inside = [...head.childNodes];
        const button = control("", () => {
          const down = head.getAttribute("aria-sort") === "ascending";
          heads.forEach((other) => other.removeAttribute("aria-sort"));
          head.setAttribute("aria-sort", down ? "descending" : "ascending");
          const sign = down ? -1 : 1;
          const isSummary = (row) => row.classList.contains("summary");
          const parts = rows.filter((row) => !isSummary(row)).map((row) => [value(row.cells[column]), text(row.cells[column]), row]);
          const numeric = head.classList.contains("numeric") && parts.some(([number]) => number != null);
          const byNumber = ([a], [b]) => (a == null || b == null ? (a == null) - (b == null) : sign * (a - b));
          const byText = ([, a], [, b]) => sign * a.localeCompare(b, document.documentElement.lang, { numeric: true });
          parts.sort(numeric ? byNumber : byText);
          table.tBodies[0].append(...parts.map(([, , row]) => row), ...rows.filter(isSummary));
        });
        button.className = "order";
        button.title = words.sort;
        button.append(...inside);
        head.append(button);
      });
    }
    if (rows.length > 12) {
      const filter = document.createElement("input");
      filter.type = "search";
      filter.placeholder = words.filter;
      filter.setAttribute("aria-label", words.filter);
      filter.addEventListener("input", () => {
        const wanted = filter.value.toLowerCase();
        for (const row of rows) row.hidden = !text(row).toLowerCase().includes(wanted);
      });
      tools.append(filter);
    }
    const label = document.createElement("span");
    label.textContent = words.copy;
    label.setAttribute("role", "status");
    tools.append(label);
    for (const [name, form] of Object.entries(forms)) {
      tools.append(control(name, async () => {
        const shown = [...table.querySelectorAll("tbody tr:not(.group)")].filter((row) => !row.hidden);
        const cells = [heads, ...shown.map((row) => [...row.cells])].map((row) => row.map(text));
        await copy(`${form(cells)}\n`);
        label.textContent = `${name}: ${words.copied}`;
      }));
    }
    figure.querySelector(".scroll").before(tools);
  }

  // The lines of a number beside the page, where it is; without a script, or with a modifier, the link leads to the table of them.
  const { close, enlarge } = document.body.dataset;
  const drawer = document.createElement("dialog");
  if (!drawer.showModal) return;
  drawer.className = "drawer";
  document.body.append(drawer);
  const element = (name, content, className = "") => {
    const made = Object.assign(document.createElement(name), { className });
    made.append(...content);
    return made;
  };
  const away = (href, name) => {
    const link = element("a", [name]);
    link.href = href;
    link.addEventListener("click", () => drawer.close());
    return link;
  };
  // The lines around are packed, and unpacked once they are wanted.
  const AROUND = 3;
  let logs = null;
  const unpacked = async () => {
    const block = document.getElementById("lines-data");
    if (!block || typeof DecompressionStream === "undefined") return {};
    const bytes = Uint8Array.from(atob(block.textContent.trim()), (sign) => sign.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).json();
  };
  // `file:12–15` with the lines around, those that are cited marked; null where they are not known.
  const listing = (files, place) => {
    const [, file, first, last = first] = place.match(/^(.*):(\d+)(?:–(\d+))?$/) ?? [];
    const pieces = files[file];
    if (!pieces) return null;
    const text = (number) => {
      const [start, piece] = pieces.find(([start, piece]) => number >= start && number < start + piece.length) ?? [];
      return piece?.[number - start];
    };
    const ends = [Number(first), Number(last)];
    const rows = [];
    let before = 0;
    for (const end of ends[0] === ends[1] ? [ends[0]] : ends) {
      for (let number = Math.max(before + 1, end - AROUND); number <= end + AROUND; number++) {
        const line = text(number);
        if (line == null) continue;
        if (before && number > before + 1) rows.push(element("div", ["⋮"], "left-out"));
        before = number;
        const isCited = number >= ends[0] && number <= ends[1];
        const written = element(isCited ? "mark" : "span", [element("code", [line])]);
        rows.push(element("div", [element("span", [String(number)], "number"), written], isCited ? "cited" : "around"));
      }
    }
    return rows.length > ends.length ? element("div", rows, "listing") : null;
  };
  const show = (link) => {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    const row = target?.closest("tr");
    if (!row) return false;
    const run = row.closest("details");
    const cell = link.closest("td");
    const names = [cell?.parentElement.cells[0].textContent, run.querySelector("summary").textContent].filter(Boolean);
    const title = element("h2", [names.join(", ")]);
    title.id = "drawer-title";
    const says = target.nextElementSibling?.classList.contains("says") ? target.nextElementSibling.textContent : link.textContent;
    const [, place, lines] = row.cells;
    const further = [away(`#${run.id}`, words.all_lines)];
    if (document.getElementById("method")) further.push(" · ", away("#method", words.computed));
    drawer.replaceChildren(
      control(close, () => drawer.close()),
      title,
      element("p", [says], "value"),
      element("p", [...place.cloneNode(true).childNodes], "place"),
      element("div", [...lines.cloneNode(true).childNodes], "lines"),
      element("p", further),
    );
    drawer.querySelector(".lines").tabIndex = 0;
    drawer.setAttribute("aria-labelledby", title.id);
    drawer.showModal();
    const shown = drawer.querySelector(".lines");
    logs ??= unpacked();
    logs.then((files) => {
      const around = listing(files, place.textContent);
      if (around) shown.replaceChildren(around);
      shown.dataset.ready = "yes";
    });
    return true;
  };
  document.addEventListener("click", (event) => {
    if (event.target === drawer) drawer.close();
    const link = event.target.closest?.("a.evidence");
    if (link && !(event.ctrlKey || event.metaKey || event.shiftKey) && show(link)) event.preventDefault();
  });

  // Enlarge a figure.
  const dialog = document.createElement("dialog");
  const button = document.createElement("button");
  button.textContent = close;
  button.addEventListener("click", () => dialog.close());
  const stage = document.createElement("div");
  dialog.append(button, stage);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => stage.replaceChildren());
  document.body.append(dialog);
  for (const figure of document.querySelectorAll("figure:not(.table)")) {
    const drawings = [...figure.querySelectorAll(".drawing")];
    const name = figure.querySelector(".name").textContent;
    const open = () => {
      dialog.setAttribute("aria-label", name);
      stage.replaceChildren(drawings[0].firstElementChild.cloneNode(true));
      dialog.showModal();
    };
    const more = document.createElement("button");
    more.className = "enlarge";
    more.textContent = enlarge;
    more.setAttribute("aria-label", `${enlarge}: ${name}`);
    more.addEventListener("click", open);
    figure.querySelector(".links").append(" ", more);
    for (const drawing of drawings) {
      drawing.classList.add("zoomable");
      drawing.addEventListener("click", open);
    }
  }
})();
