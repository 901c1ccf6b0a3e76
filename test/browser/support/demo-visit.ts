import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { BuiltService } from '../../support/built-service.js';
import { choosePlan } from '../../support/workspace.js';
import { fitsTheWidth, violations } from './axe.js';
import { DemoLab, type DemoDevice } from './demo-lab.js';
import { button, heading, inPanel, signUp, turn } from './demo-page.js';
import { mouse } from './hands.js';

/** Where pictures of what is looked at are left; nowhere by default. */
const PICTURES = process.env['PICTURES'];

/** Each state is looked at in two themes. */
const LONG_MS = 600_000;

export interface ScreenSize {
  readonly size: 'desktop' | 'phone';
  readonly viewport: { readonly width: number; readonly height: number };
}

export const SCREEN_SIZES: readonly ScreenSize[] = [
  { size: 'desktop', viewport: { width: 1280, height: 800 } },
  // The narrowest that is still sold.
  { size: 'phone', viewport: { width: 360, height: 740 } },
];

/** A person in front of the demo on a screen of one size, with a mouse, and whoever looks over their shoulder. */
export class DemoVisit {
  private readonly devices: DemoDevice[];

  private constructor(
    private readonly lab: DemoLab,
    private readonly screen: ScreenSize,
    readonly device: DemoDevice,
    readonly page: Page,
  ) {
    this.devices = [device];
  }

  static async begin(lab: DemoLab, screen: ScreenSize): Promise<DemoVisit> {
    const device = await lab.device({ viewport: screen.viewport });
    const page = await device.open(lab.url());
    await heading(page, /Plan together/).waitFor();
    return new DemoVisit(lab, screen, device, page);
  }

  /** Nothing that axe finds, nothing that is cut off at the side; in light and in dark. */
  async look(name: string, page = this.page): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor({ state: 'attached' });
      const seen = { name, colorScheme, violations: await violations(page), fits: await fitsTheWidth(page) };
      if (PICTURES) {
        mkdirSync(PICTURES, { recursive: true });
        await page.screenshot({ path: path.join(PICTURES, `${this.screen.size}-${name}-${colorScheme}.png`) });
      }
      expect(seen).toEqual({ name, colorScheme, violations: [], fits: true });
    }
  }

  email(name: string): string {
    return `${name}@${this.screen.size}.example`;
  }

  press(name: string | RegExp): Promise<void> {
    return button(this.page, name).click();
  }

  flip(name: string): Promise<void> {
    return turn(this.page, mouse, name);
  }

  underTheHood(act: () => Promise<void>): Promise<void> {
    return inPanel(this.page, mouse, act);
  }

  /** Signs up; what is next is the set-up of a workspace. */
  async arrive(name: string): Promise<void> {
    await this.press('Start for free');
    await signUp(this.page, mouse, this.email(name));
    await heading(this.page, 'Tell us about your business').waitFor();
  }

  /** Signs up, and has the workspace set up by another device. */
  async arriveHome(name: string): Promise<void> {
    await this.arrive(name);
    await choosePlan(await this.lab.api(this.email(name)), { plan: 'free' });
    await heading(this.page, /^Welcome/).waitFor();
    await this.page.getByText('owner, since').waitFor();
  }

  async saveProfile(): Promise<void> {
    await this.page.getByLabel('Your name').fill('Lin');
    await this.press('Save profile');
    await this.page.getByLabel('Project name').waitFor();
  }

  async createProject(): Promise<void> {
    await this.page.getByLabel('Project name').fill('Spring launch');
    await this.press('Create project');
  }

  /** Another person, or another device of the same one, on a screen of the same size. */
  async elsewhere(url: string): Promise<Page> {
    const device = await this.lab.device({ viewport: this.screen.viewport });
    this.devices.push(device);
    return device.open(url);
  }

  /** What pages said of themselves, on every device of this visit. */
  get errors(): string[] {
    return this.devices.flatMap(({ errors }) => errors);
  }

  /** The link by which one colleague gets into the workspace of somebody who signed up. */
  async invitationFrom(email: string): Promise<string> {
    const api = await this.lab.api(email);
    const { tenant } = (await api.me()).body as { tenant: { id: string } };
    const { body } = await api.post(`/v1/tenants/${tenant.id}/members`, { role: 'member' });
    return this.lab.url('localhost', `?invitation=${encodeURIComponent((body as { token: string }).token)}`);
  }
}

export interface DemoStories {
  readonly lab: DemoLab;
  /** A test: one visit, from the landing page on, in which no page may find anything wrong with itself. */
  tell(name: string, screen: ScreenSize, story: (visit: DemoVisit) => Promise<void>): void;
}

/** A demo for the stories of one file; each of them begins with all that works. */
export function demoStories(): DemoStories {
  let lab: DemoLab;
  beforeAll(async () => {
    BuiltService.build();
    lab = await DemoLab.open();
  }, LONG_MS);
  afterEach(() => lab.mend());
  afterAll(() => lab.close());
  return {
    get lab() {
      return lab;
    },
    tell(name, screen, story) {
      it(
        name,
        async () => {
          const visit = await DemoVisit.begin(lab, screen);
          await story(visit);
          expect(visit.errors).toEqual([]);
        },
        LONG_MS,
      );
    },
  };
}
