/// The style sheet and the program of a page.
enum PageStyle {
  /// The style sheet.
  static let sheet = """
    :root { color-scheme: light; \(PageColors.bright.declarations) }
    @media (prefers-color-scheme: dark) { :root { color-scheme: dark; \(PageColors.dark.declarations) } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--background); color: var(--text); overflow-wrap: anywhere;
      font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
    header, nav, main, footer { max-width: 78rem; margin: 0 auto; padding: 0 1.25rem; }
    header { padding-top: 1.75rem; }
    h1 { font-size: clamp(1.5rem, 5vw, 2.25rem); line-height: 1.2; margin: 0 0 .25rem; letter-spacing: -.01em; }
    h2 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 1rem; padding-top: 1.5rem; border-top: 1px solid var(--grid); }
    h3 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
    h4 { font-size: .95rem; margin: 0; }
    p { margin: .5rem 0; max-width: 46rem; }
    a { color: var(--accent); }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
    .skip { position: absolute; left: -99rem; }
    .skip:focus { left: 1rem; top: .5rem; background: var(--background); padding: .5rem; z-index: 1; }
    .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .faint { color: var(--faint); font-size: .9rem; }
    nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: 1rem 0; }
    nav a { display: inline-block; padding: .25rem 0; }
    section { margin-bottom: 2.5rem; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .75rem; margin: 1.25rem 0; }
    .tiles > div { background: var(--panel); border-radius: .6rem; padding: .7rem .9rem; }
    .tiles dt { color: var(--faint); font-size: .85rem; }
    .tiles dd { margin: 0; font-size: 1.3rem; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; }
    .tiles dd small { display: block; font-size: .85rem; font-weight: 400; color: var(--faint); }
    .notes { background: var(--panel); border-left: 4px solid var(--event); border-radius: .3rem; padding: .75rem 1rem .75rem 2rem; }
    .scroll { overflow-x: auto; margin: .75rem 0; position: relative; }
    table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
    th, td { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid var(--grid);
      overflow-wrap: normal; max-width: 32rem; }
    td { overflow-wrap: anywhere; min-width: 4.5rem; }
    thead th { color: var(--faint); font-weight: 600; white-space: nowrap; }
    tbody th { font-weight: 400; }
    .facts { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .15rem 1.25rem; margin: .5rem 0; }
    .facts dt { color: var(--faint); }
    .facts dd { margin: 0; min-width: 0; }
    @media (max-width: 36rem) { .facts { display: block; } .facts dd { margin-bottom: .5rem; } }
    .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 0 3rem; }
    .columns > * { min-width: 0; }
    .columns h3:first-child { margin-top: .75rem; }
    .runs { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1rem 2rem; }
    .runs > * { min-width: 0; }
    .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 1.5rem 1.5rem; }
    .charts > figure { min-width: 0; }
    figure { margin: 0; }
    .chart > svg { width: 100%; height: auto; display: block; font-family: inherit; font-variant-numeric: tabular-nums; }
    .legend { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem .9rem; padding: 0; margin: .15rem 0 .35rem;
      font-size: .85rem; }
    .legend svg { width: 1.75rem; height: .75rem; margin-right: .35rem; vertical-align: -.05rem; }
    .chart .scroll { margin: .25rem 0; }
    .chart table { font-size: .8rem; }
    summary { cursor: pointer; color: var(--accent); padding: .25rem 0; }
    .chart summary { font-size: .85rem; }
    img { max-width: 100%; height: auto; display: block; border-radius: .3rem; background: #ffffff; }
    @media (min-width: 48rem) { img { image-rendering: pixelated; } }
    figcaption { font-size: .9rem; margin-top: .35rem; }
    .chart figcaption { margin: 0; }
    .frames { display: flex; gap: 1rem; overflow-x: auto; scroll-snap-type: x proximity; padding-bottom: .5rem; }
    .frames figure { flex: 0 0 auto; max-width: min(24rem, 85%); scroll-snap-align: start; }
    .live .frames { display: block; overflow: visible; }
    .live .frames figure { display: none; max-width: 100%; }
    .live .frames figure.now { display: block; }
    .controls { display: flex; align-items: center; gap: .75rem; margin: .5rem 0; max-width: 34rem; }
    .controls[hidden] { display: none; }
    .controls input { flex: 1; min-width: 6rem; height: 2rem; accent-color: var(--accent); }
    .controls output { font-weight: 600; min-width: 5rem; font-variant-numeric: tabular-nums; }
    pre { background: var(--panel); border-radius: .4rem; padding: .75rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere;
      font-size: .9rem; margin: .5rem 0; }
    footer { padding-bottom: 2.5rem; }
    @media print {
      :root { color-scheme: light; \(PageColors.bright.declarations) }
      body { font-size: 9.5pt; }
      nav, .skip, .controls, details:not([open]) { display: none; }
      header, main, footer { max-width: none; padding: 0; }
      .charts { grid-template-columns: repeat(3, 1fr); gap: .75rem; }
      .frames, .live .frames { display: flex; flex-wrap: wrap; overflow: visible; }
      .frames figure, .live .frames figure, .live .frames figure.now { display: none; max-width: 31%; }
      .frames figure.key, .live .frames figure.key { display: block; }
      .final img { max-height: 16cm; width: auto; }
      .scroll { overflow: visible; }
      figure, tr, .tiles > div { break-inside: avoid; }
      h2, h3, h4 { break-after: avoid; }
      pre, .tiles > div { border: 1px solid var(--grid); }
    }

    """

  /// What lets a slider choose the grid that is shown; without it all of them stand in a row.
  static let program = """
    for (const box of document.querySelectorAll(".timeline")) {
      const figures = [...box.querySelectorAll(".frames figure")];
      const slider = box.querySelector("input");
      const output = box.querySelector("output");
      const show = () => {
        const chosen = figures[Number(slider.value)];
        for (const figure of figures) figure.classList.toggle("now", figure === chosen);
        output.value = chosen.dataset.step;
        slider.setAttribute("aria-valuetext", "step " + chosen.dataset.step);
      };
      slider.addEventListener("input", show);
      slider.value = figures.length - 1;
      box.querySelector(".controls").hidden = false;
      box.querySelector(".frames").removeAttribute("tabindex");
      box.classList.add("live");
      show();
    }

    """
}
