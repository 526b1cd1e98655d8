// Curves to look around in: conditions beside each other, and all that was measured of a run. The page reads the same without.
// Drawn by uPlot, copyright 2022 Leon Sorokin, MIT licence.
(() => {
  "use strict";
  const block = document.getElementById("live-data");
  const root = document.getElementById("explore");
  if (!block || !root || typeof DecompressionStream === "undefined") return;
  const words = JSON.parse(document.body.dataset.words);
  const bytes = Uint8Array.from(atob(block.textContent.trim()), (sign) => sign.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));

  // The colours of the figures.
  const COLORS = ["#0072b2", "#d55e00", "#008562", "#a94a86", "#cf8600", "#004488", "#bb5566", "#737373"];
  const DARK = ["#4aa8e0", "#ff8a3d", "#2fc29a", "#d98abf", "#f0b541", "#7fa8e8", "#e68a97", "#a5a5a5"];
  const el = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (typeof value === "boolean") made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  };
  const isDark = () => {
    const theme = document.documentElement.dataset.theme;
    return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  };
  // From the ninth on a dash as well, as in the figures.
  const DASHES = [undefined, [9, 6], [3, 4]];
  const dash = (index) => DASHES[Math.floor(index / COLORS.length) % DASHES.length];
  const color = (index) => (isDark() ? DARK : COLORS)[index % COLORS.length];
  // As it is now, light or dark: a canvas knows no variables. Asked once, since every answer styles the page anew.
  const known = new Map();
  const css = (name) => {
    const key = `${isDark()} ${name}`;
    if (!known.has(key)) {
      root.style.setProperty("--now", `var(${name})`);
      known.set(key, getComputedStyle(root.querySelector(".explore-now")).color);
      root.style.removeProperty("--now");
    }
    return known.get(key);
  };
  const pale = (hex) => hex + "30";
  const locale = document.documentElement.lang;
  const number = (value) => (value == null ? "–" : value.toLocaleString(locale, { maximumSignificantDigits: 4 }));

  new Response(unpacked).json().then((campaigns) => {
    // What is seen, which the address keeps.
    const first = { campaign: 0, view: "compare", quantity: null, off: new Set(), repetitions: false, run: null, from: null, to: null };
    let seen = { ...first };
    let charts = [];
    let quiet = false;

    const campaign = () => campaigns[seen.campaign] ?? campaigns[0];
    const quantity = () => campaign().quantities.find((it) => it.key === seen.quantity) ?? campaign().quantities[0];
    const run = () => campaign().runs.find((it) => it.id === seen.run) ?? campaign().runs[0];

    const read = () => {
      if (!location.hash.startsWith("#explore&")) return false;
      const given = new URLSearchParams(location.hash.slice(9));
      const [from, to] = (given.get("t") ?? "").split("..").map(Number);
      const has = Number.isFinite(from) && Number.isFinite(to) && from < to;
      seen = {
        campaign: Math.min(Math.max(0, Number(given.get("campaign")) || 0), campaigns.length - 1),
        view: given.get("view") === "run" ? "run" : "compare",
        quantity: given.get("quantity"),
        off: new Set((given.get("without") ?? "").split(",").filter(Boolean).map(Number)),
        repetitions: given.get("repetitions") === "yes",
        run: given.get("run"),
        from: has ? from : null,
        to: has ? to : null,
      };
      return true;
    };
    const write = () => {
      const kept = new URLSearchParams();
      if (seen.campaign) kept.set("campaign", seen.campaign);
      kept.set("view", seen.view);
      if (seen.view === "run") kept.set("run", run().id);
      else {
        kept.set("quantity", quantity().key);
        if (seen.off.size) kept.set("without", [...seen.off].join(","));
        if (seen.repetitions) kept.set("repetitions", "yes");
      }
      if (seen.from != null) kept.set("t", `${seen.from}..${seen.to}`);
      history.replaceState(null, "", `#explore&${kept}`);
    };

    const axes = (unit) => {
      const axis = { stroke: css("--soft"), grid: { stroke: css("--rule"), width: 1 }, ticks: { stroke: css("--rule"), width: 1 }, font: "12px Inter, sans-serif" };
      const values = (_, all) => all.map(number);
      return [{ ...axis, values }, { ...axis, values, size: 62, label: unit, labelSize: 22, labelFont: "12px Inter, sans-serif" }];
    };
    // Charts of one view zoom together.
    const zoomed = (chart, key) => {
      if (key !== "x" || quiet || !chart.data[0].length) return;
      const { min, max } = chart.scales.x;
      const [all0, all1] = [chart.data[0][0], chart.data[0].at(-1)];
      const whole = min <= all0 && max >= all1;
      seen.from = whole ? null : Math.round(min * 100) / 100;
      seen.to = whole ? null : Math.round(max * 100) / 100;
      quiet = true;
      for (const other of charts) if (other !== chart) other.setScale("x", { min, max });
      quiet = false;
      write();
    };
    const clear = () => { charts.forEach((chart) => chart.destroy()); charts = []; };
    const place = (stage, options, data) => {
      const chart = new uPlot({
        width: Math.max(280, stage.clientWidth),
        cursor: { sync: { key: "stillstand" }, drag: { x: true, y: false }, y: false },
        scales: { x: { time: false } },
        ...options,
        hooks: { ...options.hooks, setScale: [zoomed] },
      }, data, stage);
      charts.push(chart);
      return chart;
    };
    const restore = () => {
      const all = charts[0]?.data[0] ?? [];
      // An address may speak of times that are not there.
      if (seen.from == null || !all.length || seen.to <= all[0] || seen.from >= all.at(-1)) return;
      quiet = true;
      for (const chart of charts) chart.setScale("x", { min: seen.from, max: seen.to });
      quiet = false;
    };
    // The values of curves on one axis of seconds.
    const span = (curves) => {
      const from = Math.min(...curves.map((curve) => curve.from));
      const to = Math.max(...curves.map((curve) => curve.from + curve.mean.length - 1));
      return { from, x: Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at) };
    };
    const onto = ({ from, x }, curve, values) => x.map((_, at) => values[at - (curve.from - from)] ?? null);
    const shade = (chart, from, to, fill) => {
      const { left, top, width, height } = chart.bbox;
      const at = (t) => Math.min(Math.max(chart.valToPos(t, "x", true), left), left + width);
      chart.ctx.save();
      chart.ctx.fillStyle = fill;
      chart.ctx.fillRect(at(from), top, at(to ?? Infinity) - at(from) || (to == null ? left + width - at(from) : 1), height);
      chart.ctx.restore();
    };
    const rule = (chart, t) => {
      const { left, top, width, height } = chart.bbox;
      const at = Math.round(chart.valToPos(t, "x", true));
      if (at < left || at > left + width) return;
      chart.ctx.save();
      chart.ctx.fillStyle = css("--strong-rule");
      chart.ctx.fillRect(at, top, devicePixelRatio, height);
      chart.ctx.restore();
    };

    const compare = (stage) => {
      const of = quantity();
      const shown = of.curves.filter((curve) => !seen.off.has(curve.condition));
      const text = el("p", { class: "explore-note" });
      stage.append(text);
      if (!shown.length) { text.textContent = words.nothing; return; }
      text.textContent = `${of.label}${of.host ? ", " + of.host : ""}. ${words.compare_note}`;
      const axis = span(shown);
      const data = [axis.x];
      const series = [{ label: words.time, value: (_, value) => (value == null ? "–" : number(value) + " s") }];
      const bands = [];
      for (const curve of shown) {
        const stroke = color(curve.condition);
        const name = campaign().conditions[curve.condition];
        if (curve.low?.length && !seen.repetitions) {
          data.push(onto(axis, curve, curve.high), onto(axis, curve, curve.low));
          series.push({ class: "hidden", label: name, stroke: "transparent", points: { show: false } }, { class: "hidden", label: name, stroke: "transparent", points: { show: false } });
          bands.push({ series: [series.length - 2, series.length - 1], fill: pale(stroke) });
        }
        if (seen.repetitions) {
          for (const [repetition, values] of curve.repetitions) {
            data.push(onto(axis, curve, values));
            series.push({ class: "hidden", label: `${name} ${repetition}`, stroke: stroke + "70", width: 1, points: { show: false } });
          }
        }
        data.push(onto(axis, curve, curve.mean));
        series.push({ label: name, stroke, dash: dash(curve.condition), width: 2, points: { size: 4 }, value: (_, value) => number(value) });
      }
      place(stage, { height: 360, series, bands, axes: axes(of.unit), hooks: { drawClear: [(chart) => rule(chart, 0)] } }, data);
    };

    const single = (stage) => {
      const of = run();
      const kinds = new Map();
      for (const each of campaign().quantities) {
        const curve = each.curves.find((it) => it.condition === of.condition);
        const values = curve?.repetitions.find(([repetition]) => repetition === of.repetition)?.[1];
        if (!values?.some((value) => value != null)) continue;
        const kind = `${each.host}|${each.kind}|${each.unit}`;
        if (!kinds.has(kind)) kinds.set(kind, []);
        kinds.get(kind).push({ of: each, curve, values });
      }
      const facts = [of.duration == null ? null : `${words.migration} ${number(of.duration)} s`];
      for (const out of of.outages) {
        facts.push(`${words.outage}, ${out.method}: ${number(out.start)} … ${out.end == null ? words.open : number(out.end)} s`);
      }
      stage.append(el("p", { class: "explore-note" }, facts.filter(Boolean).join(" · ")));
      if (!kinds.size) { stage.append(el("p", {}, words.nothing)); return; }
      const all = span([...kinds.values()].flat().map(({ curve }) => curve));
      let above = null;
      for (const lines of kinds.values()) {
        const title = lines[0].of.host || words.service;
        if (title !== above) stage.append(el("p", { class: "explore-title" }, title));
        above = title;
        const data = [all.x, ...lines.map(({ curve, values }) => onto(all, curve, values))];
        const series = [{ label: words.time, value: (_, value) => (value == null ? "–" : number(value) + " s") }];
        lines.forEach(({ of: it }, index) => series.push({ label: it.label, stroke: color(index), dash: dash(index), width: 1.5, points: { size: 3 }, value: (_, value) => number(value) }));
        const drawClear = [(chart) => {
          if (of.duration != null) shade(chart, 0, of.duration, isDark() ? "#ffffff12" : "#0000000d");
          const out = of.outages[0];
          if (out) shade(chart, out.start, out.end, isDark() ? "#ff8a3d40" : "#d55e0030");
        }];
        place(stage, { height: 150, series, axes: axes(lines[0].of.unit), hooks: { drawClear } }, data);
      }
    };

    const step = (by) => {
      const all = campaign().runs;
      const at = all.indexOf(run());
      seen.run = all[Math.min(Math.max(at + by, 0), all.length - 1)].id;
      show();
    };
    const choice = (label, options, value, change) => {
      const select = el("select", { onchange: (event) => change(event.target.value) });
      let group = null;
      for (const [key, text, of] of options) {
        if (of && group?.label !== of) { group = el("optgroup", { label: of }); select.append(group); }
        (of ? group : select).append(el("option", { value: key }, text));
      }
      select.value = value;
      return el("label", {}, el("span", {}, label), select);
    };
    const again = (change) => { change(); show(); };

    const show = () => {
      const focused = document.activeElement?.dataset?.control;
      clear();
      const controls = el("div", { class: "explore-controls" });
      if (campaigns.length > 1) {
        controls.append(choice(words.campaign, campaigns.map((it, at) => [String(at), it.title]), String(seen.campaign), (value) => again(() => { seen = { ...first, off: new Set(), view: seen.view, campaign: Number(value) }; })));
      }
      const tab = (view, text) => el("button", { type: "button", "aria-pressed": String(seen.view === view), "data-control": view, onclick: () => again(() => { seen.view = view; seen.from = seen.to = null; }) }, text);
      controls.append(el("span", { class: "explore-tabs", role: "group", "aria-label": words.view }, tab("compare", words.compare), tab("run", words.run)));
      if (seen.view === "compare") {
        const options = campaign().quantities.map((it) => [it.key, it.label, it.host || words.service]);
        controls.append(choice(words.quantity, options, quantity().key, (value) => again(() => { seen.quantity = value; })));
        controls.append(el("label", { class: "explore-check" }, el("input", { type: "checkbox", checked: seen.repetitions, "data-control": "repetitions", onchange: (event) => again(() => { seen.repetitions = event.target.checked; }) }), words.repetitions));
      } else {
        const all = campaign().runs;
        controls.append(choice(words.run, all.map((it) => [it.id, it.id, campaign().conditions[it.condition]]), run().id, (value) => again(() => { seen.run = value; })));
        const button = (by, text, name) => el("button", { type: "button", "aria-label": name, title: name, "data-control": `step${by}`, disabled: all.indexOf(run()) === (by < 0 ? 0 : all.length - 1), onclick: () => step(by) }, text);
        controls.append(el("span", {}, button(-1, "←", words.previous), button(1, "→", words.next)));
      }
      controls.append(el("button", { type: "button", "data-control": "reset", onclick: () => again(() => { seen.from = seen.to = null; }) }, words.reset));
      const parts = [controls];
      if (seen.view === "compare") {
        const chips = el("div", { class: "explore-chips", role: "group", "aria-label": words.conditions });
        for (const curve of quantity().curves) {
          const index = curve.condition;
          const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
          swatch.style.background = color(index);
          chips.append(el("button", { type: "button", "aria-pressed": String(!seen.off.has(index)), "data-control": `condition${index}`, onclick: () => again(() => { if (!seen.off.delete(index)) seen.off.add(index); }) }, swatch, campaign().conditions[index]));
        }
        parts.push(chips);
      }
      const stage = el("div", { class: "explore-stage" });
      root.querySelector(".explore-body").replaceChildren(...parts, stage);
      (seen.view === "compare" ? compare : single)(stage);
      restore();
      if (focused) root.querySelector(`[data-control="${focused}"]`)?.focus();
      if (ready) write();
    };

    let ready = false;
    const found = read();
    root.hidden = false;
    show();
    ready = true;
    if (found) root.scrollIntoView();
    root.addEventListener("keydown", (event) => {
      if (event.target.closest("select, input")) return;
      if (event.key === "Escape") again(() => { seen.from = seen.to = null; });
      else if (seen.view === "run" && event.key === "ArrowLeft") step(-1);
      else if (seen.view === "run" && event.key === "ArrowRight") step(1);
      else return;
      event.preventDefault();
    });
    addEventListener("hashchange", () => { if (read()) { show(); root.scrollIntoView(); } });
    let wide = root.clientWidth;
    new ResizeObserver(() => {
      if (Math.abs(root.clientWidth - wide) < 2) return;
      wide = root.clientWidth;
      for (const chart of charts) chart.setSize({ width: Math.max(280, chart.root.parentElement.clientWidth), height: chart.height });
    }).observe(root);
    addEventListener("theme", show);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
    root.dataset.ready = "yes";
  });
})();
