// How the film looks.

const FILM_STYLE = `
  .film { color: var(--st-text-color); font: 0.875rem/1.4 var(--st-font); }
  .film-bar { display: flex; align-items: center; gap: 0.75rem; flex-wrap: wrap; }
  .film-bar button { font: inherit; color: inherit; background: transparent; cursor: pointer;
    border: 1px solid var(--st-border-color); border-radius: 8px; padding: 6px 0.875rem;
    min-width: 5.75rem; }
  .film-bar button:focus-visible, .film-bar input:focus-visible {
    outline: 3px solid var(--st-primary-color); outline-offset: 2px; }
  .film-bar input { flex: 1 1 200px; min-width: 120px; height: 1.75rem;
    accent-color: var(--st-primary-color); }
  .film-now { min-height: 1.5em; margin: 8px 0 0.875rem; font-variant-numeric: tabular-nums; }
  .film-panels { display: grid; gap: 1.25rem; grid-template-columns: 1fr 1fr; }
  .film-panels h2 { font: 600 0.9375rem var(--st-font); margin: 0 0 8px; padding: 0;
    color: var(--st-text-color); }
  .film-panels > div { min-width: 0; }
  .film-matrix { border-collapse: collapse; width: 100%; table-layout: fixed;
    font-size: 0.75rem; font-variant-numeric: tabular-nums; }
  .film-matrix td, .film-matrix th { padding: 0; height: 1.6875rem; text-align: center;
    border: 1px solid var(--st-background-color); font-weight: 400; overflow: hidden; }
  .film-weights { width: 100%; image-rendering: pixelated; display: block;
    border-radius: 4px; }
  .film-letters { margin: 6px 0 0; font-size: 0.8125rem; }
  .film-chances { list-style: none; margin: 0; padding: 0; }
  .film-chances li { display: flex; align-items: center; gap: 8px; padding: 2px 0; margin: 0; }
  .film-chances b { width: 5.5em; text-align: right; overflow: hidden; text-overflow: ellipsis;
    white-space: nowrap; font-weight: 600; }
  .film-chances i { flex: 1; height: 0.75rem; border-radius: 4px; overflow: hidden;
    background: var(--st-secondary-background-color); }
  .film-chances s { display: block; height: 100%; }
  .film-chances span { width: 4.6em; text-align: right; font-variant-numeric: tabular-nums; }
  @media (max-width: 640px) { .film-panels { grid-template-columns: 1fr; } }`;
