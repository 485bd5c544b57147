-- The current version of every contact: the one that was updated last.
-- Copies that reach the bucket all the same, and records that were replayed, make no difference here.
CREATE OR REPLACE VIEW current_contact_records AS
SELECT
  awsaccountid,
  awscontacttracerecordformatversion,
  instancearn,
  contactid,
  initialcontactid,
  previouscontactid,
  nextcontactid,
  relatedcontactid,
  channel,
  initiationmethod,
  initiationtimestamp,
  connectedtosystemtimestamp,
  disconnecttimestamp,
  lastupdatetimestamp,
  scheduledtimestamp,
  transfercompletedtimestamp,
  transferredtoendpoint,
  disconnectreason,
  agentconnectionattempts,
  agent,
  queue,
  customerendpoint,
  systemendpoint,
  attributes,
  recording,
  recordings,
  mediastreams,
  answeringmachinedetectionstatus,
  campaign,
  tags,
  customerid,
  year,
  month,
  day
FROM (
  SELECT
    *,
    row_number() OVER (
      PARTITION BY instancearn, contactid
      ORDER BY from_iso8601_timestamp(lastupdatetimestamp) DESC
    ) AS recency
  FROM contact_records
)
WHERE recency = 1
