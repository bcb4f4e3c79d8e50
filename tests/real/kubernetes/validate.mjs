// Validates the objects that standard input holds, a JSON array, against the schema of the Kubernetes API:
// types, required fields, values of enumerations. One line for each that is not valid; exit status 1 then.
import { readFileSync } from "node:fs";
import { Deployment } from "kubernetes-models/apps/v1";
import { Pod } from "kubernetes-models/v1";

const models = { "v1 Pod": Pod, "apps/v1 Deployment": Deployment };
for (const object of JSON.parse(readFileSync(0))) {
  const kind = `${object.apiVersion} ${object.kind}`;
  try {
    new models[kind](object).validate();
  } catch (error) {
    console.log(`${kind} ${object.metadata?.name}: ${error.message}`);
    process.exitCode = 1;
  }
}
