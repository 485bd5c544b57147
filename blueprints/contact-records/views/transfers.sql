-- Chains of contacts: one row for each call of several legs, or that names legs which are not here.
-- A leg is missing where others of its call name it as the first, the previous or the next one and it is not among them,
-- however many do.
CREATE OR REPLACE VIEW transfers AS
WITH legs AS (
  SELECT
    coalesce(instancearn, '') AS instance,
    coalesce(initialcontactid, contactid) AS first_contactid,
    contactid,
    initialcontactid,
    previouscontactid,
    nextcontactid,
    initiationtimestamp,
    disconnecttimestamp,
    coalesce(agent.agentinteractionduration, 0) AS talk_seconds
  FROM current_contact_records
),
named AS (
  SELECT DISTINCT legs.instance, legs.first_contactid, neighbours.contactid
  FROM legs
  CROSS JOIN UNNEST(ARRAY[initialcontactid, previouscontactid, nextcontactid]) AS neighbours (contactid)
  WHERE neighbours.contactid IS NOT NULL
),
missing AS (
  SELECT named.instance, named.first_contactid, count(*) AS missing_legs
  FROM named
  LEFT JOIN legs
    ON legs.instance = named.instance
    AND legs.first_contactid = named.first_contactid
    AND legs.contactid = named.contactid
  WHERE legs.contactid IS NULL
  GROUP BY 1, 2
),
calls AS (
  SELECT
    instance,
    first_contactid,
    count(*) AS legs,
    min_by(initiationtimestamp, from_iso8601_timestamp(initiationtimestamp)) AS initiated,
    max_by(disconnecttimestamp, from_iso8601_timestamp(disconnecttimestamp)) AS disconnected,
    sum(talk_seconds) AS talk_seconds
  FROM legs
  GROUP BY 1, 2
)
SELECT
  calls.first_contactid,
  calls.legs,
  coalesce(missing.missing_legs, 0) AS missing_legs,
  calls.initiated,
  calls.disconnected,
  calls.talk_seconds
FROM calls
LEFT JOIN missing
  ON missing.instance = calls.instance AND missing.first_contactid = calls.first_contactid
WHERE calls.legs > 1 OR missing.missing_legs > 0
