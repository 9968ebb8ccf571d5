// Three blogs that have nothing in common but the thread: what tests and pictures use as host pages.

export const LIGHT = `
  body { margin: 0; background: #fdfcf9; color: #24221e; font: 18px/1.65 Georgia, "Liberation Serif", serif }
  main { max-width: 40rem; margin: 0 auto; padding: 2.5rem 1.5rem }
  h1 { font-size: 2.1rem; font-weight: 400; line-height: 1.2; margin: 0 0 .4em }
  a { color: #7a2e1d }
  p { margin: 0 0 1em }`;

export const DARK = `
  html { color-scheme: dark }
  body { margin: 0; background: #11151c; color: #d6dde8; font: 16px/1.6 "Liberation Mono", "DejaVu Sans Mono", monospace }
  main { max-width: 44rem; margin: 0 auto; padding: 2.5rem 1.5rem }
  h1 { font-size: 1.5rem; color: #8be0b8; margin: 0 0 .7em }
  h1::before { content: "# "; color: #5b6b80 }
  a { color: #7fb8ff }
  pre { background: #0a0d12; border: 1px solid #273040; padding: .8rem 1rem; overflow-x: auto }`;

export const SEPIA = `
  body { margin: 0; background: #f4e4c6; color: #4a2f16; font: 17px/1.6 "DejaVu Sans", "Liberation Sans", sans-serif }
  main { max-width: 40rem; margin: 0 auto; padding: 2.5rem 1.5rem }
  h1 { font-size: 2rem; line-height: 1.15; color: #b0401a; margin: 0 0 .5em }
  a { color: #8f2f10 }
  p { margin: 0 0 1em }`;
