const PERSON = { email: 'lin@petal.example', password: 'a-good-one' };
const LONGEST_SETUP_MS = 30_000;
const POLL_MS = 200;

/** Signs up in this browser; returns a token for the service. */
export async function signUp(browser, url, auth0) {
  const page = await browser.newPage();
  await page.goto(url);
  await page.locator('::-p-aria(Start for free)').click();
  await page.locator('::-p-aria(E-mail address)').fill(PERSON.email);
  await page.locator('::-p-aria(Password)').fill(PERSON.password);
  await page.locator('::-p-aria([name="Sign up"][role="button"])').click();
  await page.waitForSelector('::-p-aria(Business name)');
  await page.close();
  const { access_token: token } = await post(`${auth0}/oauth/token`, {
    grant_type: 'password',
    client_id: 'foothold-demo-web',
    audience: 'https://api.foothold.local',
    username: PERSON.email,
    password: PERSON.password,
  });
  return token;
}

/** Answers everything that the set-up asks, and waits until the workspace is provisioned. */
export async function finishSetup(token, service) {
  const flow = `${service}/v1/onboarding/workspace`;
  const authorization = `Bearer ${token}`;
  for (const [step, data] of [
    ['business_info', { businessName: 'Petal & Stone' }],
    ['subscription', { plan: 'free' }],
  ]) {
    await post(`${flow}/transitions`, { step, action: 'complete', data }, { authorization });
  }
  const deadline = Date.now() + LONGEST_SETUP_MS;
  while (!(await (await fetch(flow, { headers: { authorization } })).json()).isComplete) {
    if (Date.now() > deadline) throw new Error(`The workspace is not set up after ${LONGEST_SETUP_MS} ms.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function post(url, body, headers) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
