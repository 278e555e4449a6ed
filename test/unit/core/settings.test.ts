import assert from 'node:assert/strict';
import manifest from '../../../package.json' with { type: 'json' };
import { settingDefinitions, settingKeys } from '../../../src/core/settings.ts';

const { configuration } = manifest.contributes;
const contributed: Readonly<Record<string, Readonly<Record<string, unknown>>>> =
  configuration.properties;

describe('The table of settings and package.json', () => {
  it('name the same settings', () => {
    assert.deepEqual(
      Object.keys(contributed).sort(),
      settingKeys.map((key) => `slipstream.${key}`).sort(),
    );
  });

  for (const key of settingKeys) {
    it(`agree on ${key}`, () => {
      const {
        order,
        default: defaultValue,
        scope,
        markdownDescription,
        markdownEnumDescriptions,
        ...schema
      } = contributed[`slipstream.${key}`] ?? {};
      const definition = settingDefinitions[key];
      assert.equal(typeof order, 'number');
      assert.deepEqual(schema, definition.schema);
      assert.deepEqual(defaultValue, definition.default);
      assert.equal(scope, definition.scope);
      assert.match(String(markdownDescription), /^[A-Z].*\.$/s);
      const choices = definition.schema['enum'];
      if (Array.isArray(choices)) {
        assert.ok(Array.isArray(markdownEnumDescriptions));
        assert.equal(markdownEnumDescriptions.length, choices.length);
      }
    });

    it(`have a default for ${key} that its own check accepts and JSON can hold`, () => {
      const { default: value } = settingDefinitions[key];
      assert.deepEqual(settingDefinitions[key].parse(value), value);
      assert.deepEqual(JSON.parse(JSON.stringify(value)), value);
    });
  }

  it('leave to a trusted workspace only what can neither spend, allow nor redirect', () => {
    const fromWorkspace = settingKeys.filter((key) => settingDefinitions[key].scope !== 'machine');
    // A project's name is a label: nothing is sent anywhere else for it.
    assert.deepEqual(fromWorkspace, ['commandTimeoutSeconds', 'team.project']);
    assert.deepEqual(
      manifest.capabilities.untrustedWorkspaces.restrictedConfigurations,
      fromWorkspace.map((key) => `slipstream.${key}`),
    );
  });
});

describe('A setting', () => {
  it('is a whole number within its bounds', () => {
    const { parse } = settingDefinitions.maxOutputTokens;
    assert.equal(parse(32_000), 32_000);
    for (const bad of ['32000', 1.5, 0, 1e9, Number.NaN, null, [5], true]) {
      assert.equal(parse(bad), undefined);
    }
  });

  it('is one of its choices', () => {
    assert.equal(settingDefinitions.effort.parse('high'), 'high');
    assert.equal(settingDefinitions.effort.parse('HIGH'), undefined);
    assert.equal(settingDefinitions.endpointKind.parse({}), undefined);
  });

  it('is text without blanks around it', () => {
    assert.equal(settingDefinitions.endpoint.parse(' https://a.example '), 'https://a.example');
    assert.equal(settingDefinitions.model.parse(7), undefined);
  });

  it('is a list of texts', () => {
    const { parse } = settingDefinitions['approvals.denyCommands'];
    assert.deepEqual(parse(['rm', 'git push']), ['rm', 'git push']);
    assert.equal(parse(['rm', 3]), undefined);
    assert.equal(parse('rm'), undefined);
  });

  it('is limits of surfaces that there are', () => {
    const { parse } = settingDefinitions['budget.surfaces'];
    assert.deepEqual(parse({ completion: { dayUsd: 2 } }), { completion: { dayUsd: 2 } });
    assert.equal(parse({ completions: { dayUsd: 2 } }), undefined);
    assert.equal(parse({ completion: { dayUsd: -2 } }), undefined);
    assert.equal(parse({ completion: { weekUsd: 2 } }), undefined);
  });

  it('is a rule for each tool, and wrong as a whole where one rule is', () => {
    const { parse } = settingDefinitions['approvals.tools'];
    assert.deepEqual(parse({ run_command: 'deny' }), { run_command: 'deny' });
    assert.equal(parse({ run_command: 'deny', edit_file: 'yes' }), undefined);
    assert.equal(parse([]), undefined);
    assert.equal(parse(null), undefined);
  });
});
