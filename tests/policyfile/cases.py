"""Documents that are wrong in one way each, and some that are wrong in several, by what is wrong with them."""

from typing import Final

from tests.policyfile.make import account, document, policy, service

EXCHANGE: Final = "type: exchange-ews, ewsUrl: https://mail.contoso.com/EWS/Exchange.asmx"
OFFICE: Final = "type: office365-ews, ewsUrl: https://outlook.office365.com/EWS/Exchange.asmx"


def impersonation(text: str) -> str:
    """A policy with an impersonation account."""
    return service(f"\n      type: exchange-ews\n      ewsUrl: https://mail.contoso.com/x\n      impersonation: {text}")


def scenario(given: str, then: str) -> str:
    """A Scenario that tries to lock the settings."""
    spec = f"spec:\n  given:\n    {given}\n  when: {{policy: {{integration: {{locked: true}}}}}}\n  then: {then}\n"
    return document("Scenario", spec, "{name: s}")


YAML: Final[dict[str, str | bytes]] = {
    "not_yaml": policy("integration: {enabled: true"),
    "tab_as_indentation": policy("integration:\n\tenabled: true"),
    "duplicate_key": policy("integration:\n  locked: true\n  locked: false"),
    "nested_too_deeply": policy(f"integration: {'[' * 70}{']' * 70}"),
    "deep_through_aliases": policy(f"a: &a {'[' * 40}{']' * 40}\nb: {'[' * 40}*a{']' * 40}"),
    "too_large": b"# calplan/v1\n" + b"#" * (4 * 1024 * 1024),
    "too_many_values": policy("a: [" + "x," * 400_000 + "]"),
    "alias_bomb": policy(
        "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10))])
    ),
    "alias_cycle": policy("integration: &a {service: *a}"),
    "alias_without_anchor": policy("integration: *nowhere"),
    "alias_into_another_document": policy("allowedDomains: &d [contoso.com]") + "---\n" + policy("allowedDomains: *d"),
    "anchor_twice": policy("integration: &a {}\ngoogle: &a {}"),
    "empty": "# nothing but a comment\n",
    "merge_key": policy("integration:\n  <<: {enabled: true}"),
    "tag": policy("integration:\n  enabled: !!bool true"),
    "key_is_a_list": policy("[a, b]: true"),
    "key_is_an_alias": policy("a: &a b\n*a : true"),
    "leading_zero": impersonation('{account: svc@contoso.com, exchangeVersion: "2016", passwordVersion: 007}'),
    "number_too_long": policy(f"integration: {'9' * 5000}"),
    "number_not_finite": policy("integration: 1e999"),
    "not_utf8": policy("integration: {}").encode() + b"# \xff\n",
    "utf16": policy("integration: {}").encode("utf-16"),
    "nul": policy("integration: {}").encode() + b"# \0\n",
    "escaped_nul": policy('integration: "a\\0b"'),
    "control_character": policy("integration: {}  # \x1b[2J"),
    "invisible_direction": policy("integration: {\u202eenabled: true}"),
    "wide_characters": policy("integration: {日本語: x, enabeld: true}"),
}
SCHEMA: Final[dict[str, str | bytes]] = {
    "unknown_key": policy("integration:\n  enabeld: true\n  locked: true"),
    "unknown_key_without_near_one": policy("zebra: true"),
    "missing_key_with_near_unknown_one": document("CalendarPolicy", "spec: {}\n", "{name: a, acount: b}"),
    "missing_key": document("CalendarPolicy", "spec: {}\n", "{name: a}"),
    "missing_everything": "apiVersion: calplan/v1\nkind: CalendarPolicy\n",
    "wrong_type": policy("integration: true\nbidirectionalSync: 1\noffice365: []"),
    "nothing_where_something_belongs": policy("integration:\nbidirectionalSync:"),
    "float_for_a_whole_number": impersonation(
        '{account: svc@contoso.com, exchangeVersion: "2016", passwordVersion: 3.0}'
    ),
    "unknown_service_is_judged_by_its_nearest": service("{type: ofice365-graph, permissions: {calender: write}}"),
    "unknown_service_without_near_one": service("{type: carrier-pigeon}"),
    "service_without_type": service("{tpye: google}"),
    "service_is_text": service("google"),
    "wrong_word": policy("privateEvents: {default: managd}"),
    "domains_as_text": policy("allowedDomains: contoso.com"),
    "domain_is_a_number": policy("allowedDomains: [contoso.com, 5]"),
    "group_twice": policy("groups:\n  - {group: Sales, locked: true}\n  - {group: Sales, enabled: true}"),
    "group_inherits_and_states": policy("groups: [{group: Sales, inherit: true, locked: true}]"),
    "pair_twice": policy(
        "privateEvents:\n  except:\n    - {user: a@contoso.com, assistant: b@contoso.com, access: managed}\n"
        "    - {user: A@contoso.com, assistant: b@contoso.com, access: hidden}"
    ),
    "pair_without_addresses": policy("privateEvents: {except: [{user: a, assistant: b c@d, access: managed}]}"),
    "account_of_all_sorts": account(
        "platform: {type: lokal, path: contoso.db}\nproviders: [{type: connections-file}, {type: exchnage}]\n"
        "groups: {model: priority}\nowner: nobody\nlimits: {disconnected: 5 %, silent: -1, pairs: 101%}\n"
        "maxEvidenceAge: {users: 1 day}\nwindows: [{kind: allowed, cron: x}]\nfreezes: [{from: 2026-12-20}]"
    ),
    "windows_that_nobody_finds": account(
        "platform: {type: local, path: contoso.db}\nwindows:\n"
        "  - {kind: allow, cron: 0 20 * *, duration: 4h, timeZone: europe/berlin}\n"
        "  - {kind: deny, cron: 0 24 * * 5, duration: 0m, timeZone: localtime}\n"
        "  - {kind: deny, cron: 0 0 30 2 *, duration: 367d, timeZone: ../../etc/passwd}\n"
        "  - {kind: deny, cron: 0 0 * * tuesday, duration: 1h, timeZone: New York}\n"
        "  - {kind: deny, cron: '@daily', duration: 1h, timeZone: Europe}"
    ),
    "freezes_without_days": account(
        "platform: {type: local, path: contoso.db}\nfreezes:\n"
        "  - {from: 2027-01-06, to: 2026-12-20}\n"
        "  - {from: 2026-02-29, to: 2026-13-01}\n"
        "  - {from: 0001-01-01, to: 9999-12-31}\n"
        "  - {from: 2026-12-24, to: 2026-12-24}"
    ),
    "reference_in_two_ways": impersonation(
        '{account: svc@contoso.com, exchangeVersion: "2016", passwordFrom: {env: CALPLAN_SECRET_A, file: b}}'
    ),
    "reference_to_any_variable": impersonation(
        '{account: svc@contoso.com, exchangeVersion: "2016", passwordFrom: {env: HOME}}'
    ),
    "tenant_date": document("TenantFacts", "spec: {asOf: 2026-02-31}\n", "{name: t}"),
    "tenant_date_in_words": document("TenantFacts", "spec: {asOf: yesterday}\n", "{name: t}"),
    "several_at_once": policy(
        "integration:\n  enabeld: true\n  locked: yes\n  service: {type: google, permissions: {calendar: all}}\n"
        "allowedDomain: any\nbidirectionalSync: maybe"
    ),
    "unknown_word_outside_of_settings": policy("integration:\n  enabled: unknown"),
    "kind_unknown": document("CalenderPolicy", "spec: {}\n"),
    "kind_missing": "apiVersion: calplan/v1\n",
    "version_unknown": "apiVersion: calplan/v2\nkind: Account\n",
    "version_missing": "kind: CalendarPolicy\nspec: {}\n",
    "portal_record_without_attestation": document("PortalRecord", "spec: {}\n"),
    "scenario_expects_something_of_nobody": scenario(
        "users: [{email: alice@contoso.com}]", "{outcomes: {alise@contoso.com: blocked, nobody@b.example: blocked}}"
    ),
    "scenario_expects_nothing": scenario("users: [{email: alice@contoso.com}]", "{outcomes: {}, counts: {}}"),
    "scenario_expects_nothing_of_somebody": scenario(
        "users: [{email: alice@contoso.com}]", "{counts: {blocked: 0}, users: {alice@contoso.com: {}}}"
    ),
    "scenario_with_a_user_twice": scenario(
        "users: [{email: alice@contoso.com}, {email: ' Alice@Contoso.com'}]", "{counts: {blocked: 0}}"
    ),
    "scenario_with_words_no_users_file_has": scenario(
        "users: [{email: ' '}, {email: a@contoso.com, ews_host: 'https://mail.contoso.com/'}]", "{counts: {blocked: 0}}"
    ),
    "scenario_with_a_slip_in_a_facet": scenario(
        "users: [{email: a@contoso.com}]", "{users: {a@contoso.com: {next_step: authorize, rule: [R10a]}}}"
    ),
    "other_kinds": "---\n".join(
        [
            document(
                "PortalRecord", "spec: {}\nattested: {by: admin@contoso.com, at: 2026-11-22T09:00:00Z, portal: web}\n"
            ),
            document("Guardrails", "spec: {rules: []}\n", "{name: g}"),
            document(
                "Scenario",
                "spec: {given: {}, when: {policy: contoso.yaml}, then: {counts: {unaffected: 0}}}\n",
                "{name: s}",
            ),
        ]
    ),
}
RULES: Final[dict[str, str | bytes]] = {
    "V01": service(f"{{{EXCHANGE}, permissions: {{calendar: read, contacts: none}}}}"),
    "V01_office": service(f"{{{OFFICE}, permissions: {{calendar: x}}}}"),
    "V02_none_stated": service("{type: office365-graph}"),
    "V02_one_stated": service("{type: google, permissions: {calendar: read}}"),
    "V03": service("{type: google, permissions: {calendar: none, contacts: none}}"),
    "V04_missing": service("{type: office365-ews}"),
    "V04_out_of_place": service("{type: exchange-mapi, ewsUrl: https://mail.contoso.com/}"),
    "V05_http": service("{type: exchange-ews, ewsUrl: http://mail.contoso.com/EWS/Exchange.asmx}"),
    "V05_user_and_password": service("{type: exchange-ews, ewsUrl: https://svc:hunter2@mail.contoso.com/}"),
    "V05_query": service("{type: exchange-ews, ewsUrl: https://mail.contoso.com/?a=b}"),
    "V10": service("{type: exchange-mapi, impersonation: {account: svc@contoso.com}}"),
    "V11": service(f"{{{OFFICE}, impersonation: {{account: svc@contoso.com}}}}"),
    "V12_no_address": impersonation('{account: CONTOSO\\svc, exchangeVersion: "2016"}'),
    "V12_literal_password": impersonation('{account: svc@contoso.com, exchangeVersion: "2016", password: hunter2}'),
    "V12_literal_reference": impersonation(
        '{account: svc@contoso.com, exchangeVersion: "2016", passwordFrom: hunter2}'
    ),
    "V13": impersonation('{account: svc@contoso.com, exchangeVersion: "2010"}'),
    "V18": policy("allowedDomains: []"),
    "V19": policy("allowedDomains: [com, contoso.com]"),
    "V21": policy("allowedDomains: [onmicrosoft.com, contoso.onmicrosoft.com]"),
    "V22": policy(
        "allowedDomains:\n  - https://contoso.com\n  - user@contoso.com\n  - '*.contoso.com'\n  - contoso.com:443\n"
        "  - contoso.com, corp.example\n  - contoso com\n  - contoso..com\n  - ' '\n"
    ),
    "V24": policy("allowedDomains: [contoso.com, Contoso.COM., faß.example, xn--fa-hia.example]"),
    "V32_permission": service("{type: office365-graph, permissions: {calendar: read, contacts: Contact.Read}}"),
    "V32_grant": document("TenantFacts", "spec: {tenantGrant: [Contact.ReadWrite]}\n", "{name: t}"),
    "V34_exchange_version": impersonation("{account: svc@contoso.com, exchangeVersion: 2016}"),
    "V34_baseline": document(
        "Guardrails",
        "spec:\n  rules:\n    - id: a\n      severity: deny\n      expression: 'true'\n      message: b\n"
        "      baselines: [{framework: CIS, version: 1.0, id: 1.10}]\n",
        "{name: g}",
    ),
    "V35": policy("integration: {enabled: yes, locked: Off}\nbidirectionalSync: 'on'"),
}
