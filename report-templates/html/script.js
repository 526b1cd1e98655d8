// Comforts only: the report reads the same without them.
(() => {
  "use strict";

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
  mark();

  // The list of a narrow screen closes once its entry was chosen.
  const list = document.querySelector(".contents-narrow");
  list.addEventListener("click", (event) => { if (event.target.closest("a")) list.open = false; });

  // Enlarge a figure.
  const dialog = document.createElement("dialog");
  if (!dialog.showModal) return;
  const { close, enlarge } = document.body.dataset;
  const button = document.createElement("button");
  button.textContent = close;
  button.addEventListener("click", () => dialog.close());
  const stage = document.createElement("div");
  dialog.append(button, stage);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => stage.replaceChildren());
  document.body.append(dialog);
  for (const figure of document.querySelectorAll("figure:not(.table)")) {
    const drawing = figure.querySelector(".drawing");
    const name = figure.querySelector(".name").textContent;
    const open = () => {
      dialog.setAttribute("aria-label", name);
      stage.replaceChildren(drawing.firstElementChild.cloneNode(true));
      dialog.showModal();
    };
    const more = document.createElement("button");
    more.className = "enlarge";
    more.textContent = enlarge;
    more.setAttribute("aria-label", `${enlarge}: ${name}`);
    more.addEventListener("click", open);
    figure.querySelector("figcaption").append(" ", more);
    drawing.classList.add("zoomable");
    drawing.addEventListener("click", open);
  }
})();
