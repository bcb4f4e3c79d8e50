// Validates the objects that standard input holds, a JSON array, against the schema of the Kubernetes API:
// types, required fields, values of enumerations. One line for each that is not valid; exit status 1 then.
import { readFileSync } from "node:fs";
import * as apps from "kubernetes-models/apps/v1";
import * as core from "kubernetes-models/v1";

const models = { v1: core, "apps/v1": apps };
for (const object of JSON.parse(readFileSync(0))) {
  try {
    new models[object.apiVersion][object.kind](object).validate();
  } catch (error) {
    console.log(`${object.kind} ${object.metadata?.name}: ${error.message}`);
    process.exitCode = 1;
  }
}
