export { Auth0OnboardingProvider, type Auth0OnboardingProviderProps } from './Auth0OnboardingProvider.js';
