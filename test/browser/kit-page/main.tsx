import type { OnboardingView } from '../../../client/kit/src/index.js';
import { StrictMode } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { KitPage } from './KitPage.js';
import { readSettings } from './settings.js';

declare global {
  interface Window {
    /** What React could only repair by rendering again on the client. */
    recoverableErrors: string[];
    /** What the server rendered with. */
    initialView?: OnboardingView;
  }
}

window.recoverableErrors = [];
const root = document.getElementById('root') as HTMLElement;
const settings = readSettings(location.search);
const page = <KitPage settings={settings} initialView={window.initialView} />;
const app = settings.isStrict ? <StrictMode>{page}</StrictMode> : page;
if (root.hasChildNodes()) {
  hydrateRoot(root, app, { onRecoverableError: (error) => window.recoverableErrors.push(String(error)) });
} else {
  createRoot(root).render(app);
}
