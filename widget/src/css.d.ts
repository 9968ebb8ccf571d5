// How the style sheet is imported: as text, shortened by the build.
declare module "*.css" { const text: string; export default text; }
