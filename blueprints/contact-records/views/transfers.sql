-- Chains of contacts: one row for each call, with its legs.
CREATE OR REPLACE VIEW transfers AS
SELECT
  coalesce(initialcontactid, contactid) AS first_contactid,
  count(*) AS legs,
  count(nextcontactid) - count(previouscontactid) AS missing_legs,
  min(initiationtimestamp) AS initiated,
  max(disconnecttimestamp) AS disconnected,
  sum(coalesce(agent.agentinteractionduration, 0)) AS talk_seconds
FROM current_contact_records
GROUP BY 1
HAVING count(*) > 1 OR count(nextcontactid) > 0
