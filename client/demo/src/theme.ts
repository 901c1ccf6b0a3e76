import { createTheme, Menu, type CSSVariablesResolver } from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'larkspur',
  primaryShade: { light: 6, dark: 5 },
  colors: {
    larkspur: [
      '#eef0fd',
      '#dbdffb',
      '#b9c1f8',
      '#98a5ff',
      '#6f7eee',
      '#5566e6',
      '#3b4fd8',
      '#2f40b4',
      '#27358f',
      '#1e2970',
    ],
    dark: [
      '#e9ecf3',
      '#b8bfce',
      '#8d95a6',
      '#5f6778',
      '#3a4150',
      '#2c313d',
      '#222733',
      '#191d26',
      '#12151c',
      '#0d0f14',
    ],
  },
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  headings: { fontWeight: '650' },
  cursorType: 'pointer',
  components: {
    // Within the header's landmark, and with nothing in it but what a menu may have.
    Menu: Menu.extend({ defaultProps: { withinPortal: false, withInitialFocusPlaceholder: false } }),
  },
});

/** Text that is read easily: of the library's own, grey has 3.3:1 on white, and yellow 2.7:1 on its light ground. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#555c6b',
    '--mantine-color-placeholder': '#6b7280',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-yellow-light-color': '#7a4d00',
  },
  dark: {
    '--mantine-color-dimmed': '#a9b0bf',
    '--mantine-color-placeholder': '#9aa1b0',
    '--mantine-color-error': '#ffb4ab',
  },
});
