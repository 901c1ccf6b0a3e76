export { createOnboardingDevtools, type OnboardingDevtools } from './createOnboardingDevtools.js';
