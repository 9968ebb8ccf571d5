// `totals.js`: totals alone, for list pages that show no thread.

import { fillTotals } from './totals.ts';

const script = document.currentScript as HTMLScriptElement | null;
const fill = () => fillTotals(new URL('.', script?.src ?? location.href).href, script?.dataset.site ?? '', document);

if (document.readyState === 'loading') addEventListener('DOMContentLoaded', fill);
else void fill();
