/** All that is held against the stack, in one suite: to read the CDK and to synthesise takes seconds in each. */
import './access.ts';
import './alarm-topic.ts';
import './line-metrics.ts';
import './nag.ts';
import './operator-policies.ts';
import './parts.ts';
import './runbook.ts';
import './stage.ts';
import './template.ts';
