// `totals.js`: totals alone, for list pages that show no thread.

import { script } from './origin.ts';
import { fillTotals } from './totals.ts';

const fill = () => fillTotals(script.dataset.site ?? '', document);

if (document.readyState === 'loading') addEventListener('DOMContentLoaded', fill);
else void fill();
