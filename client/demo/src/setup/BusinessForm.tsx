import { Button, Card, Group, NativeSelect, Text, TextInput, Title } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useOnboardingClient, useTenants } from '@foothold/react';
import { useWorkspaceStep } from '../flows.js';
import { useApi } from '../useApi.js';
import { useDraft } from './useDraft.js';

const UNDECIDED = { value: '', label: 'Choose' };
const INDUSTRIES = ['Agency', 'Education', 'Hospitality', 'Non-profit', 'Retail', 'Software', 'Something else'];
const COUNTRY_CODES = 'AT BE CA CH DE DK ES FI FR GB IE IT NL NO PL PT SE US'.split(' ');
const nameOf = new Intl.DisplayNames('en', { type: 'region' });
const COUNTRIES = COUNTRY_CODES.map((value) => ({ value, label: nameOf.of(value) ?? value })).sort((a, b) =>
  a.label.localeCompare(b.label),
);

export function BusinessForm(): ReactElement {
  const business = useWorkspaceStep('business_info');
  const { values, change, submit } = useDraft(business, ['businessName', 'country', 'industry']);
  const [isTried, setTried] = useState(false);
  const nameWorkspace = useWorkspaceName();
  const isNamed = values.businessName.trim() !== '';

  const proceed = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!isNamed) return;
    const answers = Object.entries(values).map(([field, value]): [string, string] => [field, value.trim()]);
    void submit(Object.fromEntries(answers.filter(([, answer]) => answer))).then(({ status }) => {
      if (status === 'confirmed') nameWorkspace(values.businessName.trim());
    });
  };

  return (
    <Card withBorder padding="xl" component="form" noValidate onSubmit={proceed}>
      <Title order={1} size="h2">
        Tell us about your business
      </Title>
      <Text c="dimmed" mb="lg">
        Take your time. What you type is kept, also when you close this page or go on with another device.
      </Text>
      <TextInput
        label="Business name"
        withAsterisk
        autoComplete="organization"
        maxLength={200}
        size="md"
        mb="md"
        value={values.businessName}
        error={isTried && !isNamed ? 'Please tell us the name of your business' : undefined}
        onChange={({ currentTarget }) => change('businessName', currentTarget.value)}
      />
      <Group grow align="start" mb="xl" preventGrowOverflow={false}>
        <NativeSelect
          label="Country"
          size="md"
          data={[UNDECIDED, ...COUNTRIES]}
          value={values.country}
          onChange={({ currentTarget }) => change('country', currentTarget.value)}
        />
        <NativeSelect
          label="What you do"
          size="md"
          data={[UNDECIDED, ...INDUSTRIES]}
          value={values.industry}
          onChange={({ currentTarget }) => change('industry', currentTarget.value)}
        />
      </Group>
      <Button type="submit" size="md">
        Continue
      </Button>
    </Card>
  );
}

/** A workspace is called like its business. Should that fail, it keeps its first name; nothing depends on it. */
function useWorkspaceName(): (name: string) => void {
  const client = useOnboardingClient();
  const { current } = useTenants();
  const call = useApi();
  return (name) => {
    if (!current) return;
    const { id } = current;
    void call(`/v1/tenants/${id}`, { name }, 'PATCH')
      .then(() => client.loadTenants())
      .catch(() => undefined);
  };
}
