// The script of the last page of the connect pop-up. That page carries
//   <body data-result="ONE-TIME CODE" data-origins="https://teams.microsoft.com https://…">
// and parts that are shown in one state only: [data-when=waiting], [data-when=manual] (with the 6-digit code), [data-when=done].
// The code goes to the Teams window that opened this one, and this window closes. When no Teams window answers within a
// few seconds (a phone, another browser), the manual code is shown instead. Without this script it is shown as well.

import { app, authentication } from "@microsoft/teams-js";
import { connect } from "./handover";

const patience = 4000;

void connect(
  document,
  {
    initialize: (origins) => app.initialize(origins),
    notifySuccess: (result) => authentication.notifySuccess(result),
  },
  patience,
);
