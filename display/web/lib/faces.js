// The five levels of a rating: a face, a word and a key each, so that nobody
// has to tell colours apart.
import { svg } from '../vendor/lit.js';

/** Level, colour on paper, colour in the dark, mouth. */
export const LEVELS = [
  { level: 5, ink: '#226b43', light: '#7fd6a0', mouth: 'M13 28c3 8 19 8 22 0Z' },
  { level: 4, ink: '#0a5a5e', light: '#6fd3c8', mouth: 'M14 29c4 5.5 16 5.5 20 0' },
  { level: 3, ink: '#3d4b49', light: '#c2d3d0', mouth: 'M15 31h18' },
  { level: 2, ink: '#8a5200', light: '#ffc46b', mouth: 'M15 34c4-5 14-5 18 0' },
  { level: 1, ink: '#a92b18', light: '#ff9b86', mouth: 'M14 35c4-8 16-8 20 0' },
];

/** @param {string} mouth @param {string} color */
export const face = (mouth, color) => svg`<svg viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="21" fill=${color} opacity=".14"></circle><circle cx="24" cy="24" r="21" fill="none" stroke=${color} stroke-width="2.6"></circle><circle cx="16.5" cy="19.5" r="2.4" fill=${color}></circle><circle cx="31.5" cy="19.5" r="2.4" fill=${color}></circle><path d=${mouth} fill="none" stroke=${color} stroke-width="2.8" stroke-linecap="round"></path></svg>`;
