// Nobody answers around the page: it was opened by itself, or Teams does not start.

import { Button } from "@fluentui/react-components";
import { PeopleTeamRegular } from "@fluentui/react-icons";
import { StandIn } from "../shell/feedback";
import { languageOf, translate } from "../text/text";

export function OutsideTeams() {
  const language = languageOf("", navigator.language);
  return (
    <main>
      <StandIn
        level={1}
        tall
        icon={<PeopleTeamRegular />}
        title={translate(language, "tab.outside_title")}
        actions={
          <Button appearance="primary" onClick={() => window.location.reload()}>
            {translate(language, "tab.retry")}
          </Button>
        }
      >
        {translate(language, "tab.outside_text")}
      </StandIn>
    </main>
  );
}
