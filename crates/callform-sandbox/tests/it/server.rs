//! Protocols, faults and several servers on one folder.

use std::path::Path;

use callform_sandbox::{Faults, Options, Running, reset, start};

use crate::http::{call, form, json};

async fn serve(folder: &Path, faults: Option<&str>) -> Running {
    let faults = faults.map(|faults| serde_json::from_str::<Faults>(faults).unwrap());
    let options = Options { folder: folder.to_owned(), port: 0, region: "us-west-2".to_owned(), faults };
    start(options).await.unwrap()
}

/// Runs blocking requests beside the server.
async fn with<R: Send + 'static>(running: &Running, work: impl FnOnce(&str) -> R + Send + 'static) -> R {
    let url = running.url().to_owned();
    tokio::task::spawn_blocking(move || work(&url)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_protocol() {
    let folder = tempfile::tempdir().unwrap();
    let running = serve(folder.path(), None).await;
    with(&running, |url| {
        let identity = form(url, "Action=GetCallerIdentity&Version=2011-06-15");
        assert!(identity.text().contains("<Account>123456789012</Account>"), "{}", identity.text());
        let missing = form(url, "Action=GetRole&Version=2010-05-08&RoleName=nobody");
        assert_eq!(missing.status, 404);
        assert!(missing.text().contains("<Code>NoSuchEntity</Code>"), "{}", missing.text());

        let created = json(url, "secretsmanager.CreateSecret", r#"{"Name":"a","SecretString":"s"}"#);
        assert!(created.text().contains("arn:aws:secretsmanager:us-west-2:123456789012:secret:a-"));
        let wrong = json(url, "secretsmanager.GetSecretValue", r#"{"SecretId":"b"}"#);
        assert!(wrong.status == 400 && wrong.text().contains("ResourceNotFoundException"), "{}", wrong.text());
        let unsupported = json(url, "Kinesis_20131202.SplitShard", "{}");
        assert!(unsupported.status == 501 && unsupported.text().contains("Kinesis SplitShard"));
        assert_eq!(json(url, "Kinesis_20131202.ListStreams", "{{").status, 400);

        let functions = call(url, "lambda", "GET", "/2015-03-31/functions", &[], b"").unwrap();
        assert_eq!(functions.text(), r#"{"Functions":[]}"#);
        let function = call(url, "lambda", "GET", "/2015-03-31/functions/none", &[], b"").unwrap();
        assert!(function.head.contains("x-amzn-errortype: ResourceNotFoundException"), "{}", function.head);
        let instances = call(url, "connect", "GET", "/instance", &[], b"").unwrap();
        assert_eq!((instances.status, instances.text().as_str()), (200, r#"{"InstanceSummaryList":[]}"#));
        let speech = call(url, "polly", "POST", "/", &[], b"").unwrap();
        assert!(speech.status == 501 && speech.text().contains("polly"));
    })
    .await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn objects() {
    let folder = tempfile::tempdir().unwrap();
    let running = serve(folder.path(), None).await;
    with(&running, |url| {
        assert_eq!(call(url, "s3", "PUT", "/bucket", &[], b"").unwrap().status, 200);
        let chunked = b"5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n";
        let headers = [
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
            ("content-encoding", "aws-chunked"),
            ("x-amz-decoded-content-length", "11"),
            ("x-amz-trailer", "x-amz-checksum-crc32"),
        ];
        let put = call(url, "s3", "PUT", "/bucket/a%20b", &headers, chunked).unwrap();
        assert!(
            put.status == 200 && put.head.contains("x-amz-checksum-crc32: DUoRhQ=="),
            "{} {}",
            put.head,
            put.text()
        );
        let wrong = String::from_utf8_lossy(chunked).replace("DUoRhQ", "AAAAAA");
        let refused = call(url, "s3", "PUT", "/bucket/other", &headers, wrong.as_bytes()).unwrap();
        assert!(refused.status == 400 && refused.text().contains("BadDigest"), "{}", refused.text());

        let got = call(url, "s3", "GET", "/bucket/a%20b", &[("range", "bytes=6-")], b"").unwrap();
        assert_eq!((got.status, got.text().as_str()), (206, "world"));
        let head = call(url, "s3", "HEAD", "/bucket/a%20b", &[], b"").unwrap();
        assert!(head.head.contains("content-length: 11") && head.body.is_empty(), "{}", head.head);
        let list = call(url, "s3", "GET", "/bucket?list-type=2", &[], b"").unwrap().text();
        assert!(list.contains("<Key>a b</Key>") && !list.contains("other"), "{list}");
        assert!(call(url, "s3", "DELETE", "/bucket", &[], b"").unwrap().text().contains("BucketNotEmpty"));
        assert_eq!(call(url, "s3", "DELETE", "/bucket/a%20b", &[], b"").unwrap().status, 204);
        assert_eq!(call(url, "s3", "DELETE", "/bucket", &[], b"").unwrap().status, 204);
    })
    .await;
    assert_eq!(std::fs::read_dir(folder.path().join("s3")).unwrap().count(), 0);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_of_requests() {
    let folder = tempfile::tempdir().unwrap();
    let faults = r#"{
        "fail_operation": [{ "service": "iam", "operation": "ListRoles", "nth": 2, "code": "InternalFailure", "message": "oops" }],
        "cut": [{ "service": "ssm", "operation": "PutParameter", "nth": 1 }],
        "throttle": true
    }"#;
    let running = serve(folder.path(), Some(faults)).await;
    with(&running, |url| {
        let statuses: Vec<_> = (0..3).map(|_| form(url, "Action=ListRoles&Version=2010-05-08").status).collect();
        assert_eq!(statuses, [200, 500, 200]);
        let target = [("x-amz-target", "AmazonSSM.PutParameter"), ("content-type", "application/x-amz-json-1.1")];
        let body = br#"{"Name":"a","Value":"1","Type":"String"}"#;
        assert!(call(url, "ssm", "POST", "/", &target, body).is_none());
        // It was carried out all the same.
        assert_eq!(json(url, "AmazonSSM.GetParameter", r#"{"Name":"a"}"#).status, 200);
        let throttled = (0..20).any(|_| call(url, "connect", "GET", "/instance", &[], b"").unwrap().status == 429);
        assert!(throttled);
    })
    .await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_on_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = tokio::join!(serve(folder.path(), None), serve(folder.path(), None));
    let writers = [&first, &second].map(|running| {
        let url = running.url().to_owned();
        tokio::task::spawn_blocking(move || {
            for _ in 0..20 {
                let body = r#"{"Name":"/n","Value":"v","Type":"String","Overwrite":true}"#;
                assert_eq!(json(&url, "AmazonSSM.PutParameter", body).status, 200);
            }
        })
    });
    for writer in writers {
        writer.await.unwrap();
    }
    for running in [&first, &second] {
        let text = with(running, |url| json(url, "AmazonSSM.GetParameter", r#"{"Name":"/n"}"#).text()).await;
        assert!(text.contains(r#""Version":40"#), "{text}");
    }
    assert!(reset(folder.path()).unwrap_err().to_string().contains("in use"));
    first.stop().await;
    second.stop().await;
    reset(folder.path()).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(reset(folder.path()).unwrap_err().to_string().contains("no sandbox"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_that_are_not_understood_are_said_and_not_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let running = serve(folder.path(), None).await;
    std::fs::write(folder.path().join("faults.json"), "{").unwrap();
    with(&running, |url| {
        let refused = json(url, "AmazonSSM.GetParameter", r#"{"Name":"a"}"#);
        assert_eq!(refused.status, 400, "clients try 500 again");
        assert!(refused.text().contains("faults.json is not understood"), "{}", refused.text());
    })
    .await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_a_stack_that_cannot_go_on_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let running = serve(folder.path(), None).await;
    let file = folder.path().join("state.db");
    with(&running, move |url| {
        // The store takes nothing about the resource, as a full disk would not.
        let store = rusqlite::Connection::open(file).unwrap();
        store.busy_timeout(std::time::Duration::from_mins(1)).unwrap();
        store
            .execute_batch(
                "CREATE TRIGGER full BEFORE INSERT ON event WHEN NEW.body LIKE '%LogGroup%' \
                 BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
            )
            .unwrap();
        let template = "%7B%22Resources%22%3A%7B%22L%22%3A%7B%22Type%22%3A%22AWS%3A%3ALogs%3A%3ALogGroup%22%7D%7D%7D";
        let created = form(url, &format!("Action=CreateStack&Version=2010-05-15&StackName=s&TemplateBody={template}"));
        assert_eq!(created.status, 200, "{}", created.text());
        let told = loop {
            let described = form(url, "Action=DescribeStacks&Version=2010-05-15&StackName=s");
            assert!(!described.text().contains("CREATE_COMPLETE"), "{}", described.text());
            if described.status != 200 {
                break described;
            }
        };
        assert_eq!(told.status, 507, "clients try 500 again");
        assert!(told.text().contains("the disk is full"), "{}", told.text());
        store.execute_batch("DROP TRIGGER full").unwrap();
        // It goes on by itself.
        while !form(url, "Action=DescribeStacks&Version=2010-05-15&StackName=s").text().contains("CREATE_COMPLETE") {}
    })
    .await;
    running.stop().await;
}
