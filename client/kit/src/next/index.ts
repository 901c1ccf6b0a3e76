export { getInitialView, type InitialViewOptions } from './getInitialView.js';
